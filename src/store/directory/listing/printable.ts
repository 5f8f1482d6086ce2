import { isUtf8 } from 'node:buffer';
import { printable as printableText } from '../../../host/printable.ts';

/** A name as text for people: bytes that are not UTF-8 and characters that can't be shown as `\xNN` and `\u{NNNN}`. */
export function printable(name: Buffer): string {
  let text = '';
  for (let at = 0; at < name.length; ) {
    const length = utf8LengthAt(name, at);
    text += length === 0 ? `\\x${hex(name[at] ?? 0, 2)}` : printableText(name.toString('utf8', at, at + length));
    at += Math.max(1, length);
  }
  return text;
}

/** Bytes of the valid UTF-8 character that begins at `at`, 0 when none does. */
function utf8LengthAt(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
