import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('faulty-calls.c', import.meta.url));

export type FaultyCall = 'opendir' | 'readdir' | 'open' | 'read' | 'write' | 'fsync' | 'link' | 'rename';

let built: string | undefined;

/** The environment of a process in which a call on paths with `part` in them never returns, or fails with that errno. */
export function faultyCalls(
  call: FaultyCall,
  part: string,
  errno?: keyof typeof constants.errno,
): Readonly<Record<string, string>> {
  built ??= build();
  return {
    LD_PRELOAD: built,
    FAULT_CALL: call,
    FAULT_PATH: part,
    ...(errno && { FAULT_ERRNO: String(constants.errno[errno]) }),
  };
}

function build(): string {
  const library = join(mkdtempSync(join(tmpdir(), 'case-backup-faulty-calls-')), 'faulty-calls.so');
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', library, SOURCE, '-ldl']);
  return library;
}
