/** At most so many bytes of UTF-8 (and so no more characters), cut at a character and then ended with an ellipsis. */
export function clip(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const room = bytes - Buffer.byteLength('…');
  // As a stream, the decoder keeps back a character that is cut in two.
  return `${new TextDecoder().decode(Buffer.from(text).subarray(0, room), { stream: true })}…`;
}
