import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VENV = path.join(tmpdir(), 'case-backup-dropbox-python-sdk');

/** The Python of a virtual environment with the newest Dropbox SDK; made once, outside the repository. */
export async function pythonWithSdk(): Promise<string> {
  const python = path.join(VENV, 'bin', 'python');
  if (await works(python)) return python;
  console.log(`installing the newest Dropbox SDK for Python into ${VENV}`);
  await rm(VENV, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', VENV]);
  await run(python, ['-m', 'pip', 'install', '--quiet', 'dropbox']);
  return python;
}

async function works(python: string): Promise<boolean> {
  try {
    await run(python, ['-c', 'from dropbox import file_transfer']);
    return true;
  } catch {
    return false;
  }
}
