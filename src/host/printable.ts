/**
 * What nobody sees but a terminal obeys: control characters (a name may clear the screen), format characters (one that
 * turns the direction of writing shows exe.pdf as fdp.exe), unassigned ones and lone surrogates, and line breaks.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Text of whatever origin as one line for people, with what can't be seen as `\u{001b}`. */
export function printable(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`);
}

/** A sentence that some library wrote, which may have several lines, as one of ours. */
export const oneLine = (text: string): string => printable(text.replace(/\s*[\r\n]\s*/g, ' ').trim());

/** One value as JSON that means the same and shows nothing unseen: what JSON itself escapes ends with U+001F. */
export function printableJson(value: unknown): string {
  return escapedInJson(JSON.stringify(value));
}

/** The same for JSON that stands there already; line ends between values stay. */
export function escapedInJson(json: string): string {
  return json.replace(UNSEEN, (character) => (character === '\n' ? character : escapeUnits(character)));
}

const escapeUnits = (character: string): string =>
  Array.from({ length: character.length }, (_, i) => character.charCodeAt(i).toString(16).padStart(4, '0'))
    .map((unit) => `\\u${unit}`)
    .join('');
