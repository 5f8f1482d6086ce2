/** What a JSON text may take of memory once it is parsed: each value has up to 60 bytes, an object's new key 100 and more. */
export interface JsonBounds {
  /** Of the whole text: objects, lists, their elements. */
  readonly values: number;
  readonly depth: number;
  readonly keysOfOneObject: number;
}

const codeOf = (character: string): number => character.charCodeAt(0);
const [QUOTE, BACKSLASH, COMMA] = [codeOf('"'), codeOf('\\'), codeOf(',')];
const [LIST, LIST_END, OBJECT, OBJECT_END] = [codeOf('['), codeOf(']'), codeOf('{'), codeOf('}')];

/**
 * What a text has too much of, before it is parsed; undefined when it keeps within the bounds, also where it is no JSON.
 * The length of a text bounds nothing: 32 MiB of `{},` become 1.3 GB.
 */
export function tooMuchIn(json: Buffer, { values, depth, keysOfOneObject }: JsonBounds): string | undefined {
  /** Of each object around the place, its keys so far; NaN for a list. */
  const around: number[] = [];
  let seen = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) at = endOfText(json, at);
    else if (byte === LIST || byte === OBJECT) {
      seen += 1;
      around.push(byte === OBJECT ? 1 : Number.NaN);
      if (around.length > depth) return `values nested more than ${depth} deep`;
    } else if (byte === LIST_END || byte === OBJECT_END) around.pop();
    else if (byte === COMMA) {
      seen += 1;
      const keys = (around.pop() ?? Number.NaN) + 1;
      around.push(keys);
      if (keys > keysOfOneObject) return `an object of more than ${keysOfOneObject} fields`;
    }
    if (seen > values) return `more than ${values} values`;
  }
  return undefined;
}

function endOfText(json: Buffer, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === QUOTE) return at;
    if (json[at] === BACKSLASH) at += 1;
  }
  return json.length;
}
