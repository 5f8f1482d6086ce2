import type { Seeded } from './seeded.ts';

type Writer = (length: number) => Buffer;

/** 70 % of what an office keeps is compressed already; the order is that of the shares below. */
const COMPRESSED = ['.pdf', '.pdf', '.jpg', '.jpg', '.docx'] as const;
const PLAIN = ['.eml', '.eml', '.txt', '.json', '.xml'] as const;
const COMPRESSED_SHARE = 0.7;
const LINE_BYTES = 57;

export function pickExtension(random: Seeded): string {
  return random.number() < COMPRESSED_SHARE ? random.pick(COMPRESSED) : random.pick(PLAIN);
}

/** A file of exactly `length` bytes that looks, to a compressor, like its kind. */
export function writeDocument(extension: string, length: number, random: Seeded, prose: Writer): Buffer {
  switch (extension) {
    case '.jpg':
      return fit([Buffer.from('ffd8ffe000104a46494600010100', 'hex'), random.bytes(length)], length);
    case '.docx':
      return fit([Buffer.from('504b0304140006000800', 'hex'), random.bytes(length)], length);
    case '.pdf':
      return fit([...pdfObjects(length, random)], length);
    case '.eml':
      return fit([...mail(length, random, prose)], length);
    case '.json':
      return fit([...records(length, random, prose, jsonRecord)], length);
    case '.xml':
      return fit([...records(length, random, prose, xmlRecord)], length);
    default:
      return prose(length);
  }
}

function fit(parts: readonly Buffer[], length: number): Buffer {
  return Buffer.concat(parts, length);
}

function* pdfObjects(length: number, random: Seeded): Generator<Buffer> {
  yield Buffer.from('%PDF-1.7\n');
  for (let written = 0, n = 1; written < length; n++) {
    const stream = random.bytes(2_000 + random.integer(60_000));
    yield Buffer.from(`${n} 0 obj\n<< /Filter /FlateDecode /Length ${stream.length} >>\nstream\n`);
    yield stream;
    yield Buffer.from('\nendstream\nendobj\n');
    written += stream.length;
  }
}

/** Letters with attachments: a little prose, then base64, of which deflate saves the quarter that base64 adds. */
function* mail(length: number, random: Seeded, prose: Writer): Generator<Buffer> {
  yield Buffer.from('From: office@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="part"\n\n');
  yield prose(Math.min(length, 1_000 + random.integer(4_000)));
  yield Buffer.from('\n--part\nContent-Transfer-Encoding: base64\n\n');
  const lines = Math.ceil(length / 77);
  const attachment = random.bytes(lines * LINE_BYTES).toString('base64');
  yield Buffer.from(attachment.replace(/.{76}/g, '$&\n'));
}

interface Item {
  readonly id: number;
  readonly created: string;
  readonly status: string;
  readonly note: string;
}

const STATUS = ['open', 'waiting for the client', 'filed', 'closed'] as const;

function* records(length: number, random: Seeded, prose: Writer, write: (item: Item) => string): Generator<Buffer> {
  for (let written = 0; written < length; ) {
    const item = {
      id: random.integer(1_000_000),
      created: new Date(1e12 + random.integer(700_000_000) * 1000).toISOString(),
      status: random.pick(STATUS),
      note: prose(40 + random.integer(200)).toString('latin1'),
    };
    const record = Buffer.from(write(item));
    written += record.length;
    yield record;
  }
}

function jsonRecord(item: Item): string {
  return `${JSON.stringify(item)},\n`;
}

function xmlRecord({ id, created, status, note }: Item): string {
  return `  <item id="${id}" created="${created}" status="${status}">\n    <note>${note}</note>\n  </item>\n`;
}
