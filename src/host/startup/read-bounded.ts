import { closeSync, openSync, readSync } from 'node:fs';
import { errorCode } from '../errors.ts';

/** The text of a small file, or undefined where it has more bytes than that: a device, or a file named by mistake. */
export function readBounded(path: string, mostBytes: number): string | undefined {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(mostBytes + 1);
    let length = 0;
    // A pipe gives what it has, and is at its end only when it gives nothing.
    for (let read = -1; read !== 0 && length <= mostBytes; length += read)
      read = readSync(file, buffer, length, buffer.length - length, null);
    return length > mostBytes ? undefined : buffer.toString('utf8', 0, length);
  } finally {
    closeSync(file);
  }
}

/** What is wrong with a file that could not be read, to stand behind its name. */
export function whyUnread(error: unknown): string {
  const code = errorCode(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist';
    case 'EISDIR':
      return 'is a folder';
    case 'EACCES':
      return 'may not be read by this user';
    default:
      return `can't be read (${code})`;
  }
}
