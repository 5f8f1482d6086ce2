import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Corpus } from '../corpus/make-corpus.ts';

const run = promisify(execFile);
const MOST_NAME_BYTES = 64 * 1024 * 1024;

/**
 * Reads an archive as a stranger does: every entry of it inflates to its CRC, and there are as many files and bytes
 * as in the corpus. Resolves to its size. So nobody is fast by leaving something out.
 */
export async function checkOutput(path: string, corpus: Corpus): Promise<number> {
  await run('unzip', ['-tqq', path]);
  const { stdout } = await run('unzip', ['-Zt', path]);
  const [, bytes] = /^\d+ files?, (\d+) bytes uncompressed/.exec(stdout) ?? [];
  // 7z writes folders too.
  const names = await run('unzip', ['-Z1', path], { maxBuffer: MOST_NAME_BYTES });
  const files = names.stdout.split('\n').filter((name) => name !== '' && !name.endsWith('/')).length;
  if (files !== corpus.files || Number(bytes) !== corpus.bytes) {
    throw new Error(
      `${path} has ${files} files, ${stdout.trim()}; the corpus has ${corpus.files} files, ${corpus.bytes} bytes`,
    );
  }
  return (await stat(path)).size;
}
