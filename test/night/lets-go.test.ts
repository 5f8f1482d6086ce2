import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../src/host/errors.ts';
import { INCOMING_FOLDER, LEASE_FILE, RUNS_FOLDER } from '../../src/repository/names.ts';
import type { Store } from '../../src/store/store.ts';
import { startJob } from '../cli/backup-job.ts';
import { openOffice } from '../cli/office.ts';
import { until } from '../cluster/until.ts';
import { openScene, type Scene } from './scene.ts';

const outage = () => Promise.reject(new Failure('RemoteUnavailable', 'the remote can’t be reached'));
const bug = () => Promise.reject(new TypeError('something that nobody foresaw'));

const leaseOf = async ({ emulator }: Scene): Promise<{ ttlSeconds: number }> =>
  JSON.parse((await emulator.tree.read(`/BACKUPS/${LEASE_FILE}`)).toString());

const incoming = ({ emulator }: Scene): string[] =>
  emulator.tree.files('/BACKUPS').filter((path) => path.includes(`/${INCOMING_FOLDER}/`));

/** Somebody puts other bytes in the place of the run's record. */
const rewriting = (scene: Scene, store: Store): Store => ({
  ...store,
  async write(path, body, options, signal) {
    const file = await store.write(path, body, options, signal);
    const [record = ''] = scene.emulator.tree.files('/BACKUPS').filter((found) => found.includes(`/${RUNS_FOLDER}/`));
    scene.emulator.tree.put(record, '{"state":"finished"}');
    return file;
  },
});

const FAULTS: Readonly<Record<string, [end: string, wrap: (store: Store, scene: Scene) => Store]>> = {
  'its record’s last word can’t be written': [
    '0 Verified',
    (store) => ({
      ...store,
      put: (path, bytes, expect, signal) =>
        bytes.includes('"finished"') ? outage() : store.put(path, bytes, expect, signal),
    }),
  ],
  'the backups can’t be listed after its commit': [
    '0 Verified',
    (store) => {
      let isMoved = false;
      return {
        ...store,
        async move(from, to, signal) {
          const moved = await store.move(from, to, signal);
          isMoved = true;
          return moved;
        },
        list: (folder, options, signal) => {
          if (isMoved) throw new TypeError('something that nobody foresaw');
          return store.list(folder, options, signal);
        },
      };
    },
  ],
  'its upload fails': ['14 RemoteUnavailable', (store) => ({ ...store, write: outage })],
  'its move fails for no known reason': ['1 Unexpected', (store) => ({ ...store, move: bug })],
  'somebody else has written its record': ['11 RecordClosed', (store, scene) => rewriting(scene, store)],
};

for (const [what, [end, wrap]] of Object.entries(FAULTS)) {
  test(`a run lets its lease go and leaves no upload when ${what}`, async () => {
    await using scene = await openScene();
    const report = await scene.night({ wrapDestination: (store) => wrap(store, scene) });
    assert.equal(`${report.exitCode} ${report.reason}`, end, report.message);
    assert.equal((await leaseOf(scene)).ttlSeconds, 0);
    assert.deepEqual(incoming(scene), []);
    const next = await scene.night();
    assert.equal(next.result, 'Succeeded', next.message);
  });
}

test('a store that no longer takes the lease back keeps no run from ending', { timeout: 60_000 }, async () => {
  await using scene = await openScene();
  const report = await scene.night({
    wrapDestination: (store) => ({
      ...store,
      put: (path, bytes, expect, signal) =>
        bytes.includes('"ttlSeconds": 0') ? new Promise(() => undefined) : store.put(path, bytes, expect, signal),
    }),
  });
  assert.equal(report.result, 'Succeeded', report.message);
  assert.match(scene.log.join('\n'), /the lease was not released and will expire/);
});

test('the process ends with its report when somebody else has written its record', { timeout: 60_000 }, async () => {
  using office = openOffice();
  writeFileSync(join(office.source, 'USA001_Smith', 'film.mp4'), Buffer.alloc(100_000_000));
  const job = startJob(['run', '-f', office.policy, '--json'], { env: office.env });
  const runs = join(office.destination, RUNS_FOLDER);
  let record = '';
  await until('the record', async () => {
    const lease = readJson(join(office.destination, LEASE_FILE));
    record = join(runs, `${lease?.['runId']}.json`);
    return readJson(record) !== undefined;
  });
  writeFileSync(record, '{"state":"finished"}');
  let reportedAt = 0;
  job.process.stdout?.once('data', () => {
    reportedAt = performance.now();
  });
  const { code, stdout } = await job.ended;
  assert.deepEqual([code, JSON.parse(stdout).reason], [11, 'RecordClosed']);
  assert.ok(performance.now() - reportedAt < 10_000, `the process ended ${performance.now() - reportedAt} ms later`);
  assert.equal(readJson(join(office.destination, LEASE_FILE))?.['ttlSeconds'], 0);
});

test('a record far too large that appears while a run goes on costs neither its end nor its lease', {
  timeout: 60_000,
}, async () => {
  using office = openOffice();
  const runs = join(office.destination, RUNS_FOLDER);
  mkdirSync(runs, { recursive: true });
  writeFileSync(join(runs, '20261101T010000Z-00000001.json'), Buffer.alloc(5 << 20));
  const job = startJob(['run', '-f', office.policy, '--json'], { env: office.env });
  const { code, stdout } = await job.ended;
  const report = JSON.parse(stdout);
  assert.deepEqual([code, report.reason], [0, 'Verified'], report.message);
  assert.equal(readJson(join(office.destination, LEASE_FILE))?.['ttlSeconds'], 0);
});

function readJson(path: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
