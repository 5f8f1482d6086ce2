/** The forms in which a secret reaches an output: as it is, in URLs, in JSON (twice, where a log line quotes JSON). */
export function writtenForms(value: string): ReadonlySet<string> {
  const uri = encodeURIComponent(value.toWellFormed());
  const json = JSON.stringify(value).slice(1, -1);
  return new Set([
    value,
    uri,
    uri.replace(/%../g, (hex) => hex.toLowerCase()),
    new URLSearchParams([['', value]]).toString().slice(1),
    json,
    JSON.stringify(json).slice(1, -1),
  ]);
}

/** Shorter ones are found in words that have nothing to do with it. */
const SHORTEST_PIECE = 8;

/**
 * What the base64 of anything that holds the value always has in it, whatever stands before it (`user:` in a basic
 * authorisation header) and behind it: three bytes make four characters, so there are three ways to be cut.
 */
export function base64Pieces(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const pieces = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const bits = 8 * (before + bytes.length);
    return text.slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6));
  });
  const long = pieces.filter((piece) => piece.length >= SHORTEST_PIECE);
  return [...long, ...long.map((piece) => piece.replaceAll('+', '-').replaceAll('/', '_'))];
}
