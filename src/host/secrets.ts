/**
 * The sanitiser between anything and any output. Every secret is registered when it is read (config.ts) or received
 * (an access token, a session id); redaction is by value, so it holds for libraries' messages too, plus the shapes
 * in which secrets travel: bearer headers, URL queries, the password part of a URL, and JSON web tokens (a pod's API token
 * changes every hour; a set of them would only grow).
 */
const known = new Set<string>();

/** Shorter values are not registered: replacing every "abc" would hide the message and protect nothing. */
const MINIMUM_LENGTH = 6;

export function registerSecret(value: string): void {
  if (value.length < MINIMUM_LENGTH) return;
  known.add(value);
  const encoded = encodeURIComponent(value);
  if (encoded !== value) known.add(encoded);
}

const SHAPES: readonly [RegExp, string][] = [
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '[redacted]'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, '$1 [redacted]'],
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]*@/gi, '$1[redacted]@'],
  [/\b((?:refresh_token|access_token|client_secret|code|password|authorization)=)[^&\s"']+/gi, '$1[redacted]'],
];

export function redact(text: string): string {
  let safe = text;
  for (const secret of known) safe = safe.replaceAll(secret, '[redacted]');
  for (const [shape, replacement] of SHAPES) safe = safe.replace(shape, replacement);
  return safe;
}
