import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { inTime } from '../cluster/until.ts';
import { withBuildLock } from './build-lock.ts';

const MODULE = new URL('build-lock.ts', import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'case-backup-build-lock-'));
after(() => rmSync(folder, { recursive: true }));

it('two builds of the same thing follow one another', async () => {
  const order: string[] = [];
  const first = Promise.withResolvers<void>();
  const one = withBuildLock(folder, 'thing', async () => {
    order.push('one begins');
    await first.promise;
    order.push('one ends');
  });
  const two = withBuildLock(folder, 'thing', async () => void order.push('two'));
  await withBuildLock(folder, 'other', async () => void order.push('other'));
  first.resolve();
  await inTime('both builds', Promise.all([one, two]));
  assert.deepEqual(order, ['one begins', 'other', 'one ends', 'two']);
});

it('a build that was killed holds nobody up', async () => {
  const script = `const { withBuildLock } = await import(${JSON.stringify(MODULE)});
    await withBuildLock(${JSON.stringify(folder)}, 'killed', () => {
      console.log('building');
      return new Promise((resolve) => setTimeout(resolve, 1e6));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  await inTime(
    'the lock',
    withBuildLock(folder, 'killed', async () => undefined),
  );
});

it('a build that fails frees the lock and says why', async () => {
  const failing = withBuildLock(folder, 'failing', () => Promise.reject(new Error('no compiler')));
  await assert.rejects(failing, { message: 'no compiler' });
  await inTime(
    'the lock',
    withBuildLock(folder, 'failing', async () => undefined),
  );
});
