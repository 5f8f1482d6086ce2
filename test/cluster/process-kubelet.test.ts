import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { aJob, type JobStatus, reasonOf } from './a-job.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { follow } from './follow.ts';
import type { Pod } from './pod.ts';
import { expand } from './pod-env.ts';
import { type ProcessKubelet, startProcessKubelet } from './process-kubelet.ts';
import { until } from './until.ts';

/** The container's command is JavaScript; `end` leaves a termination message and ends. */
const END = `const { writeFileSync } = require('node:fs');
  const end = (code, message) => { writeFileSync(process.env.MESSAGE, message); process.exit(code); };`;

describe('A kubelet whose pods are processes', () => {
  let plane: ControlPlane;
  let kubelet: ProcessKubelet;
  let namespace: string;
  let jobs: string;
  const pods = new Map<string, Pod>();
  const watch = new AbortController();
  let watching: Promise<void>;

  before(async () => {
    plane = await startControlPlane();
    namespace = await plane.ownNamespace();
    jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    const path = `/api/v1/namespaces/${namespace}/pods`;
    watching = follow<Pod>(plane.api, path, (pod) => pods.set(pod.metadata.uid, pod), watch.signal);
    kubelet = await startProcessKubelet(plane, namespace, ({ pod, env }) => ({
      argv: [process.execPath, '-e', END + (pod.spec.containers[0]?.command?.[0] ?? '')],
      env,
    }));
  });
  after(async () => {
    watch.abort();
    await watching;
    await kubelet.stop();
    await plane.stop();
  });

  const make = (name: string, code: string, container: object = {}, pod: object = {}): Promise<unknown> => {
    const path = '/run/report';
    const own = { name: 'job', image: 'example.org/job:1', command: [code], terminationMessagePath: path };
    const env = [{ name: 'MESSAGE', value: path }];
    const spec = { restartPolicy: 'Never', containers: [{ ...own, env, ...container }], ...pod };
    return plane.api.create(jobs, aJob(name, { template: { spec } }));
  };
  const seen = (job: string, found: (pod: Pod) => unknown): Promise<Pod> =>
    until(`the pod of ${job}`, () =>
      [...pods.values()].find((pod) => pod.metadata.name.startsWith(`${job}-`) && found(pod)),
    );
  const ended = (job: string): Promise<Pod> =>
    seen(job, ({ status }) => status.containerStatuses?.[0]?.state.terminated);
  const end = (pod: Pod) => pod.status.containerStatuses?.[0]?.state.terminated;

  it('runs a pod with the environment that its spec describes, and brings back its code and message', async () => {
    const secret = { metadata: { name: 'keys' }, stringData: { token: 'open', other: 'sesame' } };
    await plane.api.create(`/api/v1/namespaces/${namespace}/secrets`, secret);
    const env = [
      { name: 'MESSAGE', value: '/run/report' },
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'JOB', valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } } },
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } },
      { name: 'BOTH', value: '$(TOKEN)-$(JOB)' },
      { name: 'NONE', valueFrom: { secretKeyRef: { name: 'nowhere', key: 'x', optional: true } } },
    ];
    const code = `console.log('hello'); const { POD, BOTH, ALL_other, NONE } = process.env;
      end(3, JSON.stringify([POD, BOTH, ALL_other, NONE ?? 'unset']));`;
    await make('speaks', code, { env, envFrom: [{ prefix: 'ALL_', secretRef: { name: 'keys' } }] });
    const pod = await ended('speaks');
    assert.deepEqual([end(pod)?.exitCode, end(pod)?.reason, pod.status.phase], [3, 'Error', 'Failed']);
    assert.deepEqual(JSON.parse(end(pod)?.message ?? ''), [pod.metadata.name, 'open-speaks', 'sesame', 'unset']);
    assert.equal(kubelet.logs(pod.metadata.name), 'hello\n');
  });

  it('completes a Job whose process exits with 0', async () => {
    await make('fine', `end(0, 'done')`);
    const job = async (): Promise<unknown> => reasonOf(await plane.api.get<JobStatus>(`${jobs}/fine`), 'Complete');
    assert.equal(await until('the Job to be complete', job), 'CompletionsReached');
  });

  it('waits for a Secret that is missing, and starts when it is there', async () => {
    await make('early', 'end(0, process.env.LATE)', {
      env: [
        { name: 'MESSAGE', value: '/run/report' },
        { name: 'LATE', valueFrom: { secretKeyRef: { name: 'later', key: 'it' } } },
      ],
    });
    const waiting = await seen('early', ({ status }) => status.containerStatuses?.[0]?.state.waiting);
    assert.equal(waiting.status.containerStatuses?.[0]?.state.waiting?.message, 'secret "later" not found');
    const secret = { metadata: { name: 'later' }, stringData: { it: 'now' } };
    await plane.api.create(`/api/v1/namespaces/${namespace}/secrets`, secret);
    assert.equal(end(await ended('early'))?.message, 'now');
  });

  it('ends a pod at its deadline, and keeps the message that it still wrote', async () => {
    const code = `process.on('SIGTERM', () => end(143, 'out of time')); setInterval(() => {}, 1000);`;
    await make('slow', code, {}, { activeDeadlineSeconds: 1 });
    const pod = await ended('slow');
    assert.deepEqual(
      [pod.status.reason, end(pod)?.exitCode, end(pod)?.message],
      ['DeadlineExceeded', 143, 'out of time'],
    );
  });

  it('gives a deleted pod its grace period, then kills it, and lets the pod go', async () => {
    const code = `process.on('SIGTERM', () => console.log('no')); console.log('up'); setInterval(() => {}, 1000);`;
    await make('stubborn', code, {}, { terminationGracePeriodSeconds: 1 });
    const { metadata } = await seen('stubborn', ({ metadata }) => kubelet.logs(metadata.name).includes('up'));
    await plane.api.remove(`${jobs}/stubborn`, { propagationPolicy: 'Background' });
    const path = `/api/v1/namespaces/${namespace}/pods/${metadata.name}`;
    await until('the pod to go', async () => (await plane.api.find(path)) === undefined);
    assert.equal(end(pods.get(metadata.uid) as Pod)?.exitCode, 137);
    assert.equal(kubelet.logs(metadata.name), 'up\nno\n');
  });

  it('shows a process that was killed as 137', async () => {
    await make('doomed', `console.log('up'); setInterval(() => {}, 1000);`);
    const { metadata } = await seen('doomed', ({ metadata }) => kubelet.logs(metadata.name).includes('up'));
    kubelet.kill(metadata.name);
    assert.equal(end(await ended('doomed'))?.exitCode, 137);
    await until('nothing to run', () => kubelet.running().length === 0);
  });
});

describe('A variable of a pod', () => {
  it('takes the values of earlier ones, and leaves what it does not know', () => {
    assert.equal(expand('$(A)/$(B)/$$(A)/$A', { A: 'a' }), 'a/$(B)/$(A)/$A');
  });
});
