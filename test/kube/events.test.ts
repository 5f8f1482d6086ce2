import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { connect } from '../../src/kube/connection/connection.ts';
import type { EventObject } from '../../src/kube/event-object.ts';
import { createRecorder, type Recorder } from '../../src/kube/recorder.ts';
import { CRON_JOBS, EVENTS } from '../../src/kube/resources.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { aCronJob, type TestCronJob } from './a-cron-job.ts';
import { type CollectingLog, collectingLog } from './collecting-log.ts';

let plane: ControlPlane;
let client: KubeClient;
let namespace: string;
let log: CollectingLog;
let recorder: Recorder;

before(async () => {
  plane = await startControlPlane({ controllerManager: false });
  client = connect({ kubeconfig: plane.admin(), userAgent: 'test' });
  namespace = await plane.ownNamespace();
  log = collectingLog();
  const reporter = { controller: 'casebackup.io/controller', instance: 'case-backup-controller-7d9f' };
  recorder = createRecorder({ client, ...reporter, clock: systemClock, log });
});
after(async () => {
  await client.close();
  await plane.stop();
});

const failed = { type: 'Warning', reason: 'BackupFailed', action: 'ObserveRun', note: 'no space left' } as const;
const make = (name: string): Promise<TestCronJob> =>
  client.create(CRON_JOBS, aCronJob(namespace, name), { fieldManager: 'test' });
const eventsOf = async (name: string): Promise<EventObject[]> =>
  (await client.list<EventObject>(EVENTS, { namespace, fieldSelector: `regarding.name=${name}` })).items;

test('what happens three times is one event with a count, and kubectl shows it at its object', async () => {
  const object = await make('thrice');
  for (let i = 0; i < 3; i++) recorder.event(object, failed);
  await recorder.flush();
  recorder.event(object, failed);
  await recorder.flush();
  const events = await eventsOf('thrice');
  assert.deepEqual(log.lines, []);
  assert.equal(events.length, 1);
  assert.equal(events[0]?.series?.count, 4);
  assert.equal(events[0]?.reportingController, 'casebackup.io/controller');
  const { stdout } = await plane.kubectl(['describe', 'cronjob', 'thrice', '-n', namespace]);
  assert.match(stdout, /Warning +BackupFailed +.*\(x4 over .*\) +casebackup.io\/controller.* +no space left/);
});

test('an event that the server has forgotten is written again, with its count', async () => {
  const object = await make('forgotten');
  recorder.event(object, failed);
  await recorder.flush();
  const [event] = await eventsOf('forgotten');
  await plane.api.remove(`/apis/events.k8s.io/v1/namespaces/${namespace}/events/${event?.metadata.name}`);
  recorder.event(object, failed);
  await recorder.flush();
  assert.equal((await eventsOf('forgotten'))[0]?.series?.count, 2);
});

test('a long note and a long name are taken', async () => {
  const object = await make('n'.repeat(52));
  recorder.event(object, { ...failed, note: 'ß'.repeat(5_000) });
  await recorder.flush();
  assert.deepEqual(log.lines, []);
  assert.equal((await eventsOf('n'.repeat(52))).length, 1);
});

test('an event that is refused is a log line', async () => {
  const object = await make('refused');
  recorder.event(object, { ...failed, action: '' });
  await recorder.flush();
  assert.equal(log.lines.length, 1);
  assert.match(log.lines[0] ?? '', /^warn event dropped: can't apply events .*action: Required value/);
});
