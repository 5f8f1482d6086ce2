import { base64Pieces, writtenForms } from './secret-forms.ts';

/**
 * The sanitiser between anything and any output. Every secret is registered when it is read (startup/config.ts) or received
 * (an access token, a session id); redaction is by value, in every form in which a value travels (secret-forms.ts), so it
 * holds for libraries' messages too, plus the shapes in which secrets travel: bearer headers, URL queries, the password
 * part of a URL, and JSON web tokens (a pod's API token changes every hour; a set of them would only grow).
 *
 * Each part takes time in proportion to the text: a database may say 2 MB, and a word of 100 kB once took 10 s.
 */
const byValue = new Set<string>();
const inBase64 = new Set<string>();
let longest = 0;

/** Shorter values are not registered: replacing every "abc" would hide the message and protect nothing. */
const MINIMUM_LENGTH = 6;

export function registerSecret(value: string): void {
  if (value.length < MINIMUM_LENGTH) return;
  const [forms, pieces] = [writtenForms(value), base64Pieces(value)];
  for (const form of forms) byValue.add(form);
  for (const piece of pieces) inBase64.add(piece);
  longest = Math.max(longest, ...[...forms, ...pieces].map(({ length }) => length));
}

/**
 * None may try the same characters from several starting points: a run of what it repeats has one place where it can
 * begin, by the lookbehind or by a first character that the run does not have.
 */
export const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '[redacted]'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, '$1 [redacted]'],
  [/:\/\/[^\s/@:]*:[^\s/@]*@/g, '://[redacted]@'],
  [/\b((?:refresh_token|access_token|client_secret|code|password|authorization)=)[^&\s"']+/gi, '$1[redacted]'],
];

export function redact(text: string): string {
  return withoutShapes(withoutSpans(text, secretSpans(text), text.length));
}

/**
 * The same for a text of unknown length, of which little more than the first `most` characters is looked at and no more
 * is kept. Never cut first: of a secret in which a cut falls the rest would not be known for one.
 */
export function redactStart(text: string, most: number): string {
  if (text.length <= most) return redact(text);
  const window = text.slice(0, most + longest);
  const start = withoutSpans(window, secretSpans(window), most);
  // What is a secret by its shape alone may be cut too: no word is shown in part, unless there is only one.
  const words = start.replace(/(?<!\S)\S+$/, '') || start.slice(0, most / 2);
  return `${withoutShapes(words)}…`;
}

function withoutShapes(text: string): string {
  return SHAPES.reduce((safe, [shape, replacement]) => safe.replace(shape, replacement), text);
}

type Span = readonly [start: number, end: number];

/** Where secrets stand, in order; they may overlap, as one that begins with another does. */
function secretSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const form of byValue)
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length))
      spans.push([at, at + form.length]);
  for (const piece of inBase64)
    for (let at = text.indexOf(piece); at >= 0; ) {
      const span = base64Word(text, at, piece.length);
      spans.push(span);
      at = text.indexOf(piece, span[1]);
    }
  return spans.sort(([a], [b]) => a - b);
}

const BASE64 = /[\w+/=-]/;

/** The whole word: the characters beside the piece hold the rest of the secret, or what was encoded with it. */
function base64Word(text: string, at: number, length: number): Span {
  let [start, end] = [at, at + length];
  while (start > 0 && BASE64.test(text.charAt(start - 1))) start -= 1;
  while (end < text.length && BASE64.test(text.charAt(end))) end += 1;
  return [start, end];
}

/** The text up to `end`, with one mark for each span, or several that overlap, that begins before it. */
function withoutSpans(text: string, spans: readonly Span[], end: number): string {
  let safe = '';
  let done = 0;
  for (const [from, to] of spans) {
    if (from >= end) break;
    if (from >= done) safe += `${text.slice(done, from)}[redacted]`;
    done = Math.max(done, to);
  }
  return safe + text.slice(done, Math.max(done, end));
}
