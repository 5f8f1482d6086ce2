import { TextDecoder } from 'node:util';
import { z } from 'zod';
import { Failure } from '../host/errors.ts';
import { shownName } from '../zip/read/corrupt.ts';
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
  let count = 0;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of readEntry(zip, filesList)) {
    onBytes(chunk);
    const lines = (rest + textOf(decoder, chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MOST_LINE_LENGTH) throw invalid(`a line of more than ${MOST_LINE_LENGTH} characters`);
    for (const line of lines) yield parseLine(line, ++count);
  }
  if (rest !== '') yield parseLine(rest, ++count);
}

function textOf(decoder: TextDecoder, chunk: Buffer): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw invalid('a line that is not UTF-8', error);
  }
}

function parseLine(line: string, number: number): FileLine {
  try {
    return fileLineSchema.parse(JSON.parse(line));
  } catch (error) {
    const path = pathIn(line);
    const whose = path === undefined ? '' : `, which is of ${JSON.stringify(shownName(path))}`;
    throw invalid(`a line (${number}) that can't be read${whose}`, error);
  }
}

/** Of a line whose other fields may be anything; undefined when it is no such line at all. */
function pathIn(line: string): string | undefined {
  try {
    return lineWithPath.parse(JSON.parse(line)).path;
  } catch {
    return undefined;
  }
}

const lineWithPath = z.object({ path: z.string() });

const invalid = (what: string, cause?: unknown): Failure =>
  new Failure('FilesListInvalid', `${FILES_LIST} has ${what}`, { cause });
