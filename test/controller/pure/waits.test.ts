import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONTAINER } from '../../../src/controller/pod-template.ts';
import { isMute, waitsFor } from '../../../src/controller/policy/waits.ts';
import type { Job, Pod } from '../../../src/controller/workloads.ts';
import { aJob, aPod, BEGAN, ended, left } from './job-and-pod.ts';

const SOON = new Date(Date.parse(BEGAN) + 3_000);
const LATER = new Date(Date.parse(BEGAN) + 30_000);
const QUOTA = 'FailedCreate: Error creating: pods "x" is forbidden: exceeded quota: night';
const MOUNT = 'FailedMount: MountVolume.SetUp failed for volume "nas": no such server';

const waiting = (reason: string, message?: string): Pod =>
  aPod({ state: { waiting: { reason, ...(message === undefined ? {} : { message }) } } });
const unscheduled = (reason?: string, message?: string): Pod =>
  aPod({
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', ...(reason && { reason }), ...(message && { message }) }],
  });
const suspended: Job = { ...aJob(), status: { conditions: [{ type: 'Suspended', status: 'True' }] } };
const bare = (status: NonNullable<Pod['status']> = { phase: 'Pending' }, nodeName?: string): Pod => ({
  metadata: { name: 'pod-1', creationTimestamp: BEGAN },
  ...(nodeName === undefined ? {} : { spec: { nodeName } }),
  status,
});
const init = (state: object): Pod =>
  bare({
    phase: 'Pending',
    initContainerStatuses: [{ name: 'fetch-ca', state }],
    containerStatuses: [{ name: CONTAINER, state: { waiting: { reason: 'PodInitializing' } } }],
  });
const running = (ready: string, containersReady: string): Pod => ({
  ...aPod({
    phase: 'Running',
    state: { running: {} },
    conditions: [
      { type: 'Ready', status: ready },
      { type: 'ContainersReady', status: containersReady },
    ],
  }),
  spec: { nodeName: 'n7' },
});
const dying = (pod: Pod): Pod => ({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: BEGAN } });
const withMesh = (pod: Pod): Pod => ({
  ...pod,
  status: {
    phase: 'Running',
    containerStatuses: [
      ...(pod.status?.containerStatuses ?? []).filter(({ name }) => name === CONTAINER),
      { name: 'mesh', state: { running: {} } },
    ],
  },
});

interface Scene {
  readonly job?: Job;
  readonly pod?: Pod;
  readonly spoken?: string;
  readonly now?: Date;
}

const SCENES: readonly (readonly [what: string, scene: Scene, waits: RegExp | undefined])[] = [
  ['that was just made', {}, undefined],
  ['without a pod for half a minute', { now: LATER }, /^NoPod: /],
  ['whose pod a quota refuses', { spoken: QUOTA }, /^FailedCreate: .*exceeded quota/],
  ['that a queue holds', { job: suspended, spoken: QUOTA }, /^JobSuspended: /],
  ['whose pod runs', { pod: aPod({ state: { running: {} } }), spoken: MOUNT, now: LATER }, undefined],
  ['whose pod is on its way', { pod: waiting('ContainerCreating') }, undefined],
  [
    'whose volume can not be mounted',
    { pod: waiting('ContainerCreating'), spoken: MOUNT },
    /^FailedMount: .*no such server/,
  ],
  ['without its image', { pod: waiting('ErrImagePull', 'no such host') }, /^ErrImagePull: no such host$/],
  ['whose kubelet says only a word', { pod: waiting('CrashLoopBackOff') }, /^CrashLoopBackOff$/],
  ['whose pod fits nowhere', { pod: unscheduled('Unschedulable', '0/1 nodes') }, /^Unschedulable: 0\/1 nodes$/],
  ['whose pod fits nowhere, without a word', { pod: unscheduled() }, /^Unschedulable: no message$/],
  ['whose pod is gated', { pod: unscheduled('SchedulingGated', 'by kueue') }, /^SchedulingGated: by kueue$/],
  ['that no scheduler has looked at', { pod: bare(), now: LATER }, /^Unscheduled: /],
  ['that a node has not taken', { pod: bare({ phase: 'Pending' }, 'n7'), now: LATER }, /^NodeSilent: the node n7 /],
  ['that a node is about to take', { pod: bare({ phase: 'Pending' }, 'n7'), now: SOON }, undefined],
  [
    'whose init container has no image',
    { pod: init({ waiting: { reason: 'ImagePullBackOff' } }) },
    /^ImagePullBackOff$/,
  ],
  ['whose init container works', { pod: init({ running: {} }), now: LATER }, undefined],
  ['whose pod is being ended', { pod: dying(running('True', 'True')) }, /^Terminating: its pod is being ended$/],
  ['whose node does not answer', { pod: running('False', 'True') }, /^NodeNotReady: the node n7 does not answer$/],
  ['whose sidecar is not ready', { pod: running('False', 'False') }, undefined],
  ['that a sidecar outlives', { pod: withMesh(ended(0, left())) }, /^PodKept: .* mesh in its pod has not/],
];

describe('A run', () => {
  for (const [what, { job = aJob(), pod, spoken, now = SOON }, waits] of SCENES)
    it(`${what} waits for ${waits?.source ?? 'nothing'}`, () => {
      const said = waitsFor(job, pod, spoken, now);
      if (waits === undefined) assert.equal(said, undefined);
      else assert.match(said ?? '', waits);
    });

  it('is asked about in the events only where nothing else tells', () => {
    assert.ok(isMute(aJob(), undefined) && isMute(aJob(), waiting('ContainerCreating')) && isMute(aJob(), bare()));
    for (const pod of [waiting('ErrImagePull'), unscheduled(), running('True', 'True'), ended(0)])
      assert.ok(!isMute(aJob(), pod));
    assert.ok(!isMute(suspended, undefined));
  });
});
