import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { freePorts } from '../cluster/free-ports.ts';
import { until } from '../cluster/until.ts';
import { at, one, type Rendered } from './manifest.ts';
import { render } from './render.ts';
import { type Checked, runHelmTest } from './run-helm-test.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const ENTRYPOINT = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(read('Dockerfile'))?.[1] ?? '[]') as string[];

describe('helm test', () => {
  it('keeps its pods until the next time, so that their logs can be read', async () => {
    const pods = (await render()).filter(({ kind }) => kind === 'Pod');
    assert.deepEqual(
      pods.map(({ metadata }) => metadata.name).sort(),
      ['cluster', 'controller', 'job-image'].map((name) => `case-backup-test-${name}`),
    );
    for (const { metadata } of pods)
      assert.deepEqual(metadata.annotations, {
        'helm.sh/hook': 'test',
        'helm.sh/hook-delete-policy': 'before-hook-creation',
      });
    assert.deepEqual(
      (await render({ tests: { enabled: false } })).filter(({ kind }) => kind === 'Pod'),
      [],
    );
  });

  it('starts the job of the image, which shows a policy with its defaults', async () => {
    const { code, said } = await runHelmTest(one(await render(), 'Pod', 'case-backup-test-job-image'), ENTRYPOINT);
    assert.equal(code, 0, said);
    assert.match(said, /keepDays: 30/);
  });

  it('asks the controller’s Service, and fails while that is not ready or is something else', async () => {
    const pod = one(
      await render({ metrics: { service: { port: 9090 } } }, { namespace: 'office' }),
      'Pod',
      'case-backup-test-controller',
    );
    assert.deepEqual(at(pod, 'spec.containers.0.env'), [
      { name: 'CONTROLLER', value: 'http://case-backup-controller-metrics.office.svc:9090' },
    ]);
    const build = 'case_backup_build_info{version="0.1.0"} 1';
    for (const [status, metrics, code, says] of [
      [200, `# HELP\n${build}\n`, 0, `the controller is ready: ${build}`],
      [503, build, 1, '/readyz says 503: lists are missing'],
      [200, 'up 1\n', 1, '/metrics has no case_backup_build_info'],
    ] as const) {
      const server = createServer(({ url }, response) => {
        if (url === '/readyz') response.writeHead(status).end('lists are missing');
        else response.end(metrics);
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      const checked = await runHelmTest(pod, ENTRYPOINT, { CONTROLLER: `http://127.0.0.1:${port}` });
      server.close();
      assert.deepEqual(checked.code, code, checked.said);
      assert.ok(checked.said.includes(says), checked.said);
    }
  });

  it('waits for a network that does not let its new pod through yet, and says when it never does', async () => {
    const pod = one(await render(), 'Pod', 'case-backup-test-controller');
    const [port = 0, closed = 0] = await freePorts(2);
    const late = runHelmTest(pod, ENTRYPOINT, { CONTROLLER: `http://127.0.0.1:${port}` });
    const never = runHelmTest(pod, ENTRYPOINT, { CONTROLLER: `http://127.0.0.1:${closed}` });
    await delay(2_000);
    const server = createServer((_, response) => response.end('case_backup_build_info{} 1\n')).listen(
      port,
      '127.0.0.1',
    );
    assert.deepEqual(await late, { code: 0, said: 'the controller is ready: case_backup_build_info{} 1\n' });
    server.close();
    const words = `http://127.0.0.1:${closed}/readyz can't be reached (ECONNREFUSED): does a NetworkPolicy forbid it?\n`;
    assert.deepEqual(await never, { code: 1, said: words });
  });

  describe('asks a real API server', () => {
    let plane: ControlPlane;
    before(async () => {
      const crd = parse(read('k8s/crds/casebackup.io_casebackuppolicies.yaml')) as object;
      plane = await startControlPlane({ crds: [crd], controllerManager: false });
    });
    after(() => plane?.stop());

    const namespaceCalled = async (name: string): Promise<string> =>
      (await plane.api.create('/api/v1/namespaces', { metadata: { name } })).metadata.name;

    const rights = (objects: readonly Rendered[]): Rendered[] =>
      objects.filter(({ kind }) => /Role|^ServiceAccount$/.test(kind));

    async function apply(objects: readonly Rendered[]): Promise<void> {
      const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
      const { code, stderr } = await plane.kubectl(['apply', '--server-side', '-f', '-'], { input });
      assert.equal(code, 0, stderr);
    }

    async function check(objects: readonly Rendered[]): Promise<Checked> {
      const pod = one(objects, 'Pod', 'case-backup-test-cluster');
      const account = at(pod, 'spec.serviceAccountName') as string;
      return await runHelmTest(pod, ENTRYPOINT, {
        NODE_EXTRA_CA_CERTS: plane.caFile,
        API_SERVER: plane.url,
        API_TOKEN: await plane.token(pod.metadata.namespace ?? '', account),
      });
    }

    const SCOPES = [
      ['its own namespace', 'own', { mode: 'Namespace' }],
      ['a list of namespaces', 'list', { mode: 'Namespaces', namespaces: ['list-a', 'list-b'] }],
      ['the whole cluster', 'all', { mode: 'Cluster' }],
    ] as const;
    for (const [what, namespace, scope] of SCOPES)
      it(`whether the rights are as promised, where it serves ${what}`, async () => {
        for (const name of [namespace, ...('namespaces' in scope ? scope.namespaces : [])]) await namespaceCalled(name);
        const objects = await render({ scope, rbac: { aggregate: false, runner: false } }, { namespace });
        await apply(rights(objects));
        const said = await until('the rights to hold', async () => {
          const checked = await check(objects);
          return checked.code === 0 && checked.said;
        });
        assert.match(said, /^the CRD is served, and \d\d+ rights are as promised\n$/);
        await plane.kubectl([
          'delete',
          'clusterrole,clusterrolebinding',
          'case-backup-controller',
          '--ignore-not-found',
        ]);
      });

    it('and is told of a right that is missing, and of one too many', async () => {
      const namespace = await namespaceCalled('wrong');
      const objects = await render({}, { namespace });
      const role = one(objects, 'Role', 'case-backup-controller');
      const rules = (at(role, 'rules') as { resources: string[] }[]).filter(
        ({ resources }) => !resources.includes('cronjobs'),
      );
      const secrets = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
      const others = rights(objects).filter((object) => object !== role && !object.kind.startsWith('ClusterRole'));
      await apply([{ ...role, rules: [...rules, secrets] }, ...others]);
      const faults = await until('the faults to be told', async () => {
        const { code, said } = await check(objects);
        const lines = said.trim().split('\n');
        return code === 1 && lines.length === 6 && lines;
      });
      assert.deepEqual(faults.toSorted(), [
        `the controller may get secrets in namespace ${namespace}, and must not`,
        ...['create', 'get', 'list', 'patch', 'watch'].map(
          (verb) => `the controller may not ${verb} cronjobs in namespace ${namespace}, and has to`,
        ),
      ]);
    });
  });
});
