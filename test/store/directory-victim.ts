/**
 * A process that makes one change to a directory store and does not get through:
 * `node directory-victim.ts ROOT put|swap|move|folder N` is killed right before its n-th operation that changes the volume;
 * `… confirm` prints a line right before it confirms its claim, and goes on after one on its standard input.
 * It exits 0 when the change was made, 3 after a Conflict.
 */

import { once } from 'node:events';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [root = '', change, when] = process.argv.slice(2);
const CHANGING = ['open', 'link', 'rename', 'unlink', 'rm', 'mkdir'] as const;
let calls = Number.NEGATIVE_INFINITY;

function before(name: (typeof CHANGING)[number], strike: (...args: unknown[]) => Promise<void>): void {
  const original = promises[name] as (...args: unknown[]) => Promise<unknown>;
  const replacement = async (...args: unknown[]): Promise<unknown> => {
    await strike(...args);
    return await original(...args);
  };
  Object.assign(promises, { [name]: replacement });
}

if (when === 'confirm') {
  let hasWaited = false;
  before('open', async (path, flags) => {
    if (hasWaited || !String(path).endsWith('.claim') || flags === 'wx') return;
    hasWaited = true;
    process.stdout.write('waiting\n');
    await once(process.stdin, 'data');
    process.stdin.destroy();
  });
} else {
  for (const name of CHANGING) {
    before(name, async () => {
      calls += 1;
      if (calls === Number(when)) process.kill(process.pid, 'SIGKILL');
    });
  }
}
syncBuiltinESMExports();

// Loaded only now, because it must see the replaced functions.
const { openDirectoryStore } = await import('../../src/store/directory/directory-store.ts');
const { systemClock } = await import('../../src/host/clock.ts');
const { Conflict } = await import('../../src/store/store.ts');

const never = new AbortController().signal;
const store = openDirectoryStore(root, { clock: systemClock });
const file = await store.stat(change === 'move' ? 'in/run.zip' : 'lease.json', never);
calls = 0;
try {
  if (change === 'put') await store.put('lease.json', Buffer.from('new'), 'absent', never);
  else if (change === 'folder') await store.makeFolder('a/b/c/d/e', never);
  else if (file?.kind !== 'file') throw new Error(`nothing to ${change}`);
  else if (change === 'move') await store.move(file, 'backup.zip', never);
  else await store.put('lease.json', Buffer.from('new'), { rev: file.rev }, never);
} catch (error) {
  if (!(error instanceof Conflict)) throw error;
  process.exitCode = 3;
}
