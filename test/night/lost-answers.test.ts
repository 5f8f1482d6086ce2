import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/host/errors.ts';
import { LEASE_FILE, recordName } from '../../src/repository/names.ts';
import { renewRecord } from '../../src/repository/renew-record.ts';
import { pruneOnly } from '../../src/repository/retention/prune-only.ts';
import { Conflict, type Store } from '../../src/store/store.ts';
import { aPolicy, type NightChange, never, openScene, type Scene } from './scene.ts';

const DAY_MS = 86_400_000;
const isRecord = (path: string): boolean => path.includes('/runs/');
const isCopy = (path: string): boolean => path.includes('/policy');

/** Does what a put asks for, and then knows nothing of it: sent again, it is refused for what it has put itself. */
function losing(store: Store, isLost: (path: string, text: string) => boolean, thrown: () => Error): Store {
  return {
    ...store,
    async put(path, bytes, expect, signal) {
      const file = await store.put(path, bytes, expect, signal);
      if (isLost(path, bytes.toString())) throw thrown();
      return file;
    },
  };
}
const refused = (): Error => new Conflict('another revision');
const unanswered = (): Error => new Failure('RemoteUnavailable', 'the answer was lost');
const withLost = (isLost: (path: string, text: string) => boolean, thrown = refused): NightChange => ({
  wrapDestination: (store) => losing(store, isLost, thrown),
});

for (const [what, isLost] of Object.entries({
  'each state of its record': isRecord,
  'its lease': (path: string) => path === LEASE_FILE,
  'the copy of its policy': isCopy,
})) {
  test(`a night makes its backup, and warns of nobody, when the answer to every put of ${what} is lost`, async () => {
    await using scene = await openScene({ cases: 1 });
    const { exitCode, warnings, runId, message } = await scene.night(withLost(isLost));
    assert.deepEqual([exitCode, warnings], [0, []], message);
    const { records, backups } = await scene.inventory();
    assert.deepEqual(
      records.records.map(({ record }) => [record.runId, record.state, record.report?.result]),
      [[runId, 'finished', 'Succeeded']],
    );
    assert.deepEqual(
      backups.map(({ status }) => status),
      ['verified'],
    );
  });
}

test('a run that never learnt that its record says committing closes it all the same', async () => {
  await using scene = await openScene({ cases: 1 });
  const report = await scene.night(
    withLost((path, text) => isRecord(path) && text.includes('"committing"'), unanswered),
  );
  assert.equal(report.reason, 'RemoteUnavailable', report.message);
  const { records } = await scene.inventory();
  assert.deepEqual(
    records.records.map(({ record }) => [record.state, record.report?.reason, record.archives]),
    [['finished', 'RemoteUnavailable', undefined]],
  );
  assert.doesNotMatch(scene.log.join(''), /TidyUpFailed/);
});

test('a run that died is closed by the next one, also when the answer to that is lost', async () => {
  await using scene = await openScene({ cases: 1 });
  const dying = await dead(scene);
  const { exitCode, warnings } = await scene.night(withLost((path) => path === recordName(dying)));
  assert.deepEqual([exitCode, warnings], [0, []]);
  const { records } = await scene.inventory();
  assert.equal(records.records.find(({ record }) => record.runId === dying)?.record.report?.reason, 'Died');
});

/** A run whose record says running for ever. */
async function dead(scene: Scene): Promise<string> {
  const { runId } = await scene.night();
  const path = `/BACKUPS/${recordName(runId)}`;
  const { report: _, archives: __, ...record } = JSON.parse(String(await scene.emulator.tree.read(path)));
  scene.emulator.tree.put(path, JSON.stringify({ ...record, state: 'running' }));
  for (const name of scene.emulator.tree.files('/BACKUPS'))
    if (name.endsWith('_backup.zip')) scene.emulator.tree.remove(name);
  scene.clock.advance(DAY_MS);
  return runId;
}

test('retention deletes what has expired although the answers to its marks are lost', async () => {
  await using scene = await openScene({ cases: 1 });
  for (let night = 0; night < 4; night++) {
    await scene.night();
    scene.clock.advance(DAY_MS);
  }
  const store = losing(scene.destination(), (path, text) => isRecord(path) && text.includes('prunedTime'), refused);
  const policy = aPolicy({ retention: { keepDays: 1, minimumBackups: 1 } });
  const outcome = await pruneOnly(store, policy, { dryRun: false, force: false, clock: scene.clock, signal: never });
  assert.deepEqual([outcome.deleted.length, outcome.heldBecause], [2, undefined]);
});

test('a record is renewed although the answer is lost, and not when somebody else has changed it', async () => {
  await using scene = await openScene({ cases: 1 });
  await scene.night();
  const [backup] = (await scene.inventory()).backups;
  assert.ok(backup?.proof);
  const { file: archive, proof } = backup;
  const store = losing(scene.destination(), isRecord, refused);
  const renew = (readTime: string) => renewRecord(store, proof, { archive, readTime }, never);
  assert.equal(await renew('2026-12-01T00:00:00.000Z'), true);
  const [renewed] = (await scene.inventory()).backups;
  assert.equal(renewed?.proof?.record.readTime, '2026-12-01T00:00:00.000Z');
  assert.equal(await renew('2026-12-02T00:00:00.000Z'), false, 'it has changed since it was read');
});

test('a record that somebody else has written meanwhile is still told as that', async () => {
  await using scene = await openScene({ cases: 1 });
  const report = await scene.night({
    wrapDestination: (store) => ({
      ...store,
      async put(path, bytes, expect, signal) {
        const file = await store.put(path, bytes, expect, signal);
        if (isRecord(path) && bytes.includes('"running"')) await store.put(path, Buffer.from('{}'), file, signal);
        return file;
      },
    }),
  });
  assert.deepEqual([report.exitCode, report.reason], [11, 'RecordClosed'], report.message);
});
