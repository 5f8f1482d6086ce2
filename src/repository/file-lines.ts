import { TextDecoder } from 'node:util';
import { Failure } from '../host/errors.ts';
import { readEntry } from '../zip/read/read-entry.ts';
import { FILES_LIST, type FileLine, fileLineSchema } from './manifest.ts';
import type { BackupFile } from './open-backup.ts';

/** Two paths of 64 KiB, which is as long as a name can be in a ZIP, with every character escaped. */
const MOST_LINE_LENGTH = 1024 * 1024;

/** The lines of files.jsonl, checked one by one; `onBytes` sees the raw bytes. Throws `mismatch` (FilesListInvalid). */
export async function* readFileLines(
  { zip, filesList }: BackupFile,
  onBytes: (chunk: Buffer) => void,
): AsyncGenerator<FileLine> {
  let rest = '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of readEntry(zip, filesList)) {
    onBytes(chunk);
    const lines = (rest + textOf(decoder, chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MOST_LINE_LENGTH) throw invalid(`a line of more than ${MOST_LINE_LENGTH} characters`);
    for (const line of lines) yield parseLine(line);
  }
  if (rest !== '') yield parseLine(rest);
}

function textOf(decoder: TextDecoder, chunk: Buffer): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw invalid('a line that is not UTF-8', error);
  }
}

function parseLine(line: string): FileLine {
  try {
    return fileLineSchema.parse(JSON.parse(line));
  } catch (error) {
    throw invalid("a line that can't be read", error);
  }
}

const invalid = (what: string, cause?: unknown): Failure =>
  new Failure('FilesListInvalid', `${FILES_LIST} has ${what}`, { cause });
