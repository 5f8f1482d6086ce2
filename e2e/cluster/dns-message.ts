/** As much of RFC 1035 as answering one question with addresses takes. */
export interface Question {
  readonly id: number;
  /** Lower case, without the dot at its end. */
  readonly name: string;
  readonly type: number;
  /** The question's own bytes, which the answer repeats. */
  readonly bytes: Buffer;
  readonly recursionDesired: boolean;
}

export const A = 1;
const HEADER = 12;
const IN = 1;
const SECONDS = 5;

export const CODES = { ok: 0, serverFailure: 2, noSuchName: 3 } as const;

/** Undefined where it is none that could be answered. */
export function readQuestion(message: Buffer): Question | undefined {
  if (message.length < HEADER || message.readUInt16BE(4) !== 1) return undefined;
  const labels: string[] = [];
  let at = HEADER;
  for (let length = message[at]; length !== undefined && length > 0; length = message[at]) {
    // A question has nothing before it that a pointer could point to.
    if (length > 63) return undefined;
    labels.push(message.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += 1 + length;
  }
  const end = at + 5;
  if (message.length < end) return undefined;
  return {
    id: message.readUInt16BE(0),
    name: labels.join('.'),
    type: message.readUInt16BE(at + 1),
    bytes: message.subarray(HEADER, end),
    recursionDesired: (message.readUInt8(2) & 1) === 1,
  };
}

/** Authoritative, with an A record for each address. */
export function writeAnswer(question: Question, code: number, addresses: readonly string[] = []): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(question.id, 0);
  header.writeUInt8(0x84 | (question.recursionDesired ? 1 : 0), 2);
  header.writeUInt8(0x80 | code, 3);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  return Buffer.concat([header, question.bytes, ...addresses.map(record)]);
}

function record(address: string): Buffer {
  const bytes = Buffer.alloc(16);
  // The name is the question's.
  bytes.writeUInt16BE(0xc000 | HEADER, 0);
  bytes.writeUInt16BE(A, 2);
  bytes.writeUInt16BE(IN, 4);
  bytes.writeUInt32BE(SECONDS, 6);
  bytes.writeUInt16BE(4, 10);
  for (const [place, byte] of address.split('.').entries()) bytes.writeUInt8(Number(byte), 12 + place);
  return bytes;
}
