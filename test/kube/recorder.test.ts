import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { KubeClient } from '../../src/kube/client.ts';
import type { EventObject } from '../../src/kube/event-object.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import { createRecorder, type Recorder } from '../../src/kube/recorder.ts';
import { type SteppedClock, steppedClock } from '../store/stepped-clock.ts';
import { type CollectingLog, collectingLog } from './collecting-log.ts';

interface Scene {
  readonly recorder: Recorder;
  readonly clock: SteppedClock;
  readonly log: CollectingLog;
  readonly written: EventObject[];
  /** What the next writes throw, one each. */
  readonly faults: unknown[];
}

function scene(): Scene {
  const clock = steppedClock();
  const log = collectingLog();
  const written: EventObject[] = [];
  const faults: unknown[] = [];
  const client = {
    async apply(_resource: unknown, event: EventObject) {
      if (faults.length > 0) throw faults.shift();
      written.push(event);
      return event;
    },
    async create(_resource: unknown, event: EventObject) {
      if (faults.length > 0) throw faults.shift();
      if (written.some(({ metadata }) => metadata.name === event.metadata.name))
        throw new KubeError('AlreadyExists', 'it is there', { status: 409 });
      written.push(event);
      return event;
    },
  } as unknown as KubeClient;
  const recorder = createRecorder({ client, controller: 'casebackup.io/controller', instance: 'pod-1', clock, log });
  return { recorder, clock, log, written, faults };
}

const policy = {
  apiVersion: 'casebackup.io/v1alpha1',
  kind: 'CaseBackupPolicy',
  metadata: { name: 'nightly', namespace: 'office', uid: 'uid-1' },
};
const failed = { type: 'Warning', reason: 'BackupFailed', action: 'Observe', note: 'no space left' } as const;

test('the same event again is a count on the first one, written at most every 30 seconds', async () => {
  const { recorder, clock, written } = scene();
  recorder.event(policy, failed);
  await turn();
  for (let i = 0; i < 4; i++) recorder.event(policy, failed);
  await turn();
  assert.deepEqual(
    written.map((event) => event.series?.count),
    [undefined],
    'the first is out, the others wait',
  );
  clock.advance(30_000);
  await turn();
  assert.equal(new Set(written.map((event) => event.metadata.name)).size, 1);
  assert.deepEqual(written[1]?.series, { count: 5, lastObservedTime: '2026-11-23T03:00:00.000000Z' });
  assert.equal(written.length, 2);
});

test('flushing writes the count that waits at once', async () => {
  const { recorder, written } = scene();
  for (let i = 0; i < 3; i++) recorder.event(policy, failed);
  await recorder.flush();
  assert.equal(written.at(-1)?.series?.count, 3);
});

test('another object, reason, type or note is another event', async () => {
  const { recorder, written } = scene();
  recorder.event(policy, failed);
  recorder.event(policy, { ...failed, reason: 'BackupStale' });
  recorder.event(policy, { ...failed, type: 'Normal' });
  recorder.event(policy, { ...failed, note: 'no credentials' });
  recorder.event({ ...policy, metadata: { ...policy.metadata, uid: 'uid-2' } }, failed);
  await recorder.flush();
  assert.equal(new Set(written.map((event) => event.metadata.name)).size, 5);
});

test('after an hour of silence the same event is a new one', async () => {
  const { recorder, clock, written } = scene();
  recorder.event(policy, failed);
  await recorder.flush();
  clock.advance(3_600_001);
  recorder.event(policy, failed);
  await recorder.flush();
  assert.equal(written[1]?.series, undefined);
  assert.notEqual(written[0]?.metadata.name, written[1]?.metadata.name);
});

test('an API server that is away is tried again for a minute, then the event is a log line', async () => {
  const { recorder, clock, log, written, faults } = scene();
  faults.push(new KubeError('Unreachable', 'away'));
  recorder.event(policy, failed);
  await clock.sleepers(1);
  clock.advance(5_000);
  await turn();
  assert.equal(written.length, 1);

  for (let i = 0; i < 100; i++) faults.push(new KubeError('Unreachable', 'away'));
  recorder.event(policy, { ...failed, reason: 'BackupStale' });
  for (let i = 0; i < 12; i++) {
    await turn();
    clock.advance(5_000);
  }
  await turn();
  assert.deepEqual(log.lines, ['warn event dropped: away']);
  assert.equal(faults.length, 87, 'thirteen tries, five seconds apart');
});

test('a refused event is not tried again', async () => {
  const { recorder, log, faults } = scene();
  faults.push(new KubeError('Forbidden', 'not you', { status: 403 }));
  recorder.event(policy, failed);
  await recorder.flush();
  assert.deepEqual(log.lines, ['warn event dropped: not you']);
});

test('a note longer than the API server takes is cut between characters', async () => {
  const { recorder, written } = scene();
  recorder.event(policy, { ...failed, note: 'ä'.repeat(2_000) });
  await recorder.flush();
  const note = written[0]?.note ?? '';
  assert.ok(Buffer.byteLength(note) <= 1024, `${Buffer.byteLength(note)} bytes`);
  assert.match(note, /^ä+…$/);
});

test('what is told once is one event, whoever tells it and however often', async () => {
  const { recorder, clock, written, log } = scene();
  const end = { ...failed, once: 'job-uid' };
  recorder.event(policy, end);
  recorder.event(policy, end);
  await recorder.flush();
  clock.advance(3_600_001);
  recorder.event(policy, end);
  await recorder.flush();
  assert.equal(written.length, 1);
  assert.deepEqual(log.lines, []);
});
