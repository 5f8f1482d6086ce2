import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { installedGo, isAtLeast } from '../tools/go-tool.ts';
import { aJob, type JobStatus, reasonOf } from './a-job.ts';
import { kubernetesBinary, READY_BINARY } from './build.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { askCron } from './cron-next.ts';
import { type Kubelet, startKubelet } from './kubelet.ts';
import { deadlineExceeded, evicted, exits, missingSecret, oomKilled, runs } from './pod-acts.ts';
import { until } from './until.ts';

const CONTROL_PLANE = new URL('control-plane.ts', import.meta.url).href;

const OWNERS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'owners.test.example' },
  spec: {
    group: 'test.example',
    scope: 'Namespaced',
    names: { plural: 'owners', singular: 'owner', kind: 'Owner', listKind: 'OwnerList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

describe('The control plane of the tests', () => {
  let plane: ControlPlane;
  before(async () => {
    plane = await startControlPlane({ crds: [OWNERS] });
  });
  after(() => plane.stop());

  it('is a Kubernetes of the version that go.mod names, and says what it costs', async (t) => {
    const { gitVersion } = await plane.api.get<{ gitVersion: string }>('/version');
    const modules = readFileSync(new URL('go/go.mod', import.meta.url), 'utf8');
    assert.ok(modules.includes(`k8s.io/kubernetes ${gitVersion}`), gitVersion);
    const memory = Object.entries(plane.memory()).map(([name, bytes]) => `${name} ${Math.round(bytes / 2 ** 20)} MiB`);
    t.diagnostic(`started in ${plane.startedInMs} ms; ${memory.join(', ')}`);
  });

  it('knows a service account by its kubeconfig, and lets it do nothing by itself', async () => {
    const namespace = await plane.ownNamespace();
    const kubeconfig = await plane.serviceAccount(namespace, 'somebody');
    const who = await plane.kubectl(['auth', 'whoami', '-o', 'json'], { kubeconfig });
    assert.equal(JSON.parse(who.stdout).status.userInfo.username, `system:serviceaccount:${namespace}:somebody`);
    const pods = await plane.kubectl(['get', 'pods'], { kubeconfig });
    assert.equal(pods.code, 1);
    assert.match(pods.stderr, /Forbidden/);
  });

  it('is there again, with all that it held, after its API server was killed', async () => {
    const namespace = await plane.ownNamespace();
    await plane.stopApiServer();
    await assert.rejects(plane.api.get('/readyz'));
    await plane.startApiServer();
    assert.equal((await plane.api.get(`/api/v1/namespaces/${namespace}`)).metadata.name, namespace);
  });

  it('collects what a deleted custom resource owned, when its kind was there at the start', async () => {
    const namespace = await plane.ownNamespace();
    const maps = `/api/v1/namespaces/${namespace}/configmaps`;
    const owners = `/apis/test.example/v1/namespaces/${namespace}/owners`;
    const owner = { apiVersion: 'test.example/v1', kind: 'Owner' };
    const { metadata } = await plane.api.create(owners, { ...owner, metadata: { name: 'it' } });
    const ownerReferences = [{ ...owner, name: 'it', uid: metadata.uid }];
    await plane.api.create(maps, { metadata: { name: 'owned', ownerReferences } });
    await plane.api.remove(`${owners}/it`);
    await until('the owned map to go', async () => (await plane.api.find(`${maps}/owned`)) === undefined);
  });

  describe('with a kubelet that is played', () => {
    let namespace: string;
    let kubelet: Kubelet;
    before(async () => {
      namespace = await plane.ownNamespace();
      kubelet = await startKubelet(plane, namespace);
    });
    after(() => kubelet.stop());

    const path = (name: string): string => `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`;
    const failure = (name: string): Promise<string> =>
      until(`the Job ${name} to fail`, async () => reasonOf(await plane.api.get<JobStatus>(path(name)), 'Failed'));
    const make = (name: string, spec?: Record<string, unknown>): Promise<unknown> =>
      plane.api.create(`/apis/batch/v1/namespaces/${namespace}/jobs`, aJob(name, spec));

    it('draws the conclusion from an exit code, and gives the termination message back', async () => {
      const onExitCodes = { operator: 'In', values: [12] };
      await make('refused', { backoffLimit: 3, podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes }] } });
      const pod = await kubelet.pod({ job: 'refused' });
      await kubelet.act(pod, runs(), exits(12, '{"exit":"credentials"}'));
      assert.equal(await failure('refused'), 'PodFailurePolicy');
      const seen = kubelet.pods().find(({ metadata }) => metadata.uid === pod.metadata.uid);
      assert.equal(seen?.status.containerStatuses?.[0]?.state.terminated?.message, '{"exit":"credentials"}');
    });

    it('completes the Jobs of a script', async () => {
      kubelet.script((pod) => (pod.metadata.name.startsWith('good-') ? [runs(), exits(0)] : undefined));
      await Promise.all([make('good-1'), make('good-2')]);
      for (const name of ['good-1', 'good-2']) {
        const ask = async (): Promise<unknown> => reasonOf(await plane.api.get<JobStatus>(path(name)), 'Complete');
        assert.equal(await until(`${name} to be complete`, ask), 'CompletionsReached');
      }
    });

    it('shows an eviction, a death for memory and a deadline as a real one does', async () => {
      const acts = { evicted: evicted(), hungry: oomKilled({ code: 1 }), slow: deadlineExceeded({ message: 'late' }) };
      for (const [name, act] of Object.entries(acts)) {
        await make(name);
        const { status } = await kubelet.act(await kubelet.pod({ job: name }), runs(), act);
        const { reason, exitCode, message } = status.containerStatuses?.[0]?.state.terminated ?? {};
        assert.equal(status.phase, 'Failed', name);
        if (name === 'evicted') assert.deepEqual([status.reason, message], ['Evicted', undefined]);
        if (name === 'hungry') assert.deepEqual([reason, exitCode], ['OOMKilled', 1]);
        if (name === 'slow') assert.deepEqual([status.reason, message], ['DeadlineExceeded', 'late']);
        assert.equal(await failure(name), 'BackoffLimitExceeded');
      }
    });

    it('keeps the end of a message that is too long', async () => {
      await make('talkative');
      const pod = await kubelet.act(await kubelet.pod({ job: 'talkative' }), runs(), exits(1, `a${'b'.repeat(4096)}`));
      assert.equal(pod.status.containerStatuses?.[0]?.state.terminated?.message, 'b'.repeat(4096));
    });

    it('leaves a pod whose Secret is missing waiting, with the event that says so', async () => {
      await make('keyless');
      const pod = await kubelet.act(await kubelet.pod({ job: 'keyless' }), missingSecret('dropbox'));
      assert.equal(pod.status.containerStatuses?.[0]?.state.waiting?.reason, 'CreateContainerConfigError');
      const about = `involvedObject.name=${pod.metadata.name}`;
      const events = await plane.kubectl(['get', 'events', '-n', namespace, '--field-selector', about]);
      assert.match(events.stdout, /Warning\s+Failed\s+pod\/keyless-\w+\s+Error: secret "dropbox" not found/);
    });

    it('ends a running pod that is deleted, and lets it go', async () => {
      await make('unwanted');
      const pod = await kubelet.act(await kubelet.pod({ job: 'unwanted' }), runs());
      await plane.api.remove(path('unwanted'), { propagationPolicy: 'Background' });
      const isThere = (): boolean => kubelet.pods().some(({ metadata }) => metadata.uid === pod.metadata.uid);
      await until('the pod to go', () => !isThere());
    });

    it('keeps acting after the API server was away', async () => {
      await plane.restartApiServer();
      await make('good-3');
      const ask = async (): Promise<unknown> => reasonOf(await plane.api.get<JobStatus>(path('good-3')), 'Complete');
      assert.equal(await until('good-3 to be complete', ask, { within: 60_000 }), 'CompletionsReached');
    });
  });
});

describe('A control plane', () => {
  it('ends with a test process that is killed', async () => {
    const script = `const { startControlPlane } = await import(${JSON.stringify(CONTROL_PLANE)});
      const plane = await startControlPlane({ controllerManager: false });
      console.log(JSON.stringify([plane.folder, ...plane.pids()]));
      setInterval(() => {}, 1e6);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const [folder, ...pids] = JSON.parse(line.toString()) as [string, ...number[]];
    assert.equal(pids.length, 2);
    child.kill('SIGKILL');
    await until('its processes to end', () => !pids.some(isAlive), { within: 10_000 });
    // A killed process can't; under test/run.ts it lies in the folder of the test file.
    rmSync(folder, { recursive: true });
  });

  it('takes no binary that cannot be run', async () => {
    const { env } = process;
    const before = env[READY_BINARY];
    env[READY_BINARY] = '/nowhere/kubernetes';
    try {
      await assert.rejects(kubernetesBinary(), {
        message: 'CASE_BACKUP_TEST_KUBERNETES names /nowhere/kubernetes, which cannot be run',
      });
    } finally {
      if (before === undefined) delete env[READY_BINARY];
      else env[READY_BINARY] = before;
    }
  });

  it('needs a Go that is new enough, and says in one line what to install', () => {
    assert.equal(isAtLeast('go version go1.26.8 linux/amd64', '1.26.0'), true);
    assert.equal(isAtLeast('go version go1.19.8 linux/amd64', '1.26.0'), false);
    const sources = fileURLToPath(new URL('go', import.meta.url));
    assert.throws(() => installedGo(sources, 'or set THIS', ['/nowhere/go']), {
      message: 'the tests need Go 1.26.0 or newer (there is none): install it (go.dev/doc/install), or set THIS',
    });
  });
});

describe('cron-next', () => {
  const askNext = async (schedule: string, zone: string, after: string): Promise<string | undefined> =>
    (await askCron([{ schedule, zone, after: new Date(after) }]))[0]?.next?.toISOString();

  it('skips the day whose hour does not exist in spring', async () => {
    const next = await askNext('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z');
    assert.equal(next, '2026-03-30T00:30:00.000Z');
  });

  it('fires twice in the hour that comes twice in autumn', async () => {
    const first = await askNext('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z');
    assert.equal(first, '2026-10-25T00:30:00.000Z');
    assert.equal(await askNext('30 2 * * *', 'Europe/Berlin', first), '2026-10-25T01:30:00.000Z');
  });

  it('has no answer to a date that never comes, and says what is wrong with a schedule', async () => {
    const [never, wrong] = await askCron([
      { schedule: '0 0 31 2 *', zone: 'Etc/UTC', after: new Date() },
      { schedule: '0 0 * *', zone: '', after: new Date() },
    ]);
    assert.deepEqual(never, { next: null, error: undefined });
    assert.match(wrong?.error ?? '', /expected exactly 5 fields/);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
