import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Emulator, startEmulator } from '../dropbox/emulator.ts';
import { runJob } from './backup-job.ts';
import { openOffice } from './office.ts';
import { dropboxEnv, dropboxSpec } from './policy-file.ts';

const TOLD_START = fileURLToPath(new URL('told-start.ts', import.meta.url));
const office = openOffice();
const policy = office.write('dropbox.yaml', dropboxSpec());
let emulator: Emulator;

before(async () => {
  emulator = await startEmulator();
  emulator.tree.put('/CASES/USA001_Smith/letter.txt', 'Dear Smith');
});
after(async () => {
  await emulator.close();
  office[Symbol.dispose]();
});

async function started(args: readonly string[]): Promise<{ events: string[]; own: boolean }> {
  const env = { ...office.env, ...dropboxEnv(emulator) };
  const { code, stderr } = await runJob(args, { env, nodeArgs: ['--import', TOLD_START] });
  assert.equal(code, 0, stderr);
  return JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '');
}

test('A run begins to connect before it loads what a night is made of', { timeout: 60_000 }, async () => {
  const { events } = await started(['run', '-f', policy]);
  const connected = events.indexOf('connect');
  assert.ok(connected > 0);
  for (const source of ['src/journal/postgres.ts', 'src/repository/inventory.ts', 'src/backup/run.ts'])
    assert.ok(events.indexOf(source) > connected, `${source} is loaded before`);
  const behind = events.slice(connected).filter((event) => event.startsWith('src/'));
  assert.ok(behind.length > 100, `only ${behind.length} sources are loaded meanwhile`);
});

test('A run does not load the undici that Node brings beside its own', { timeout: 60_000 }, async () => {
  const { own } = await started(['run', '-f', policy]);
  assert.equal(own, false);
});

test('A command loads nothing of what others are made of', { timeout: 60_000 }, async () => {
  const { events } = await started(['config', '-f', policy]);
  assert.deepEqual(
    events.filter((event) => /^src\/(backup\/run|repository\/(inventory|verify|retention)|journal)/.test(event)),
    [],
  );
});
