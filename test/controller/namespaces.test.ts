import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { PolicyStatus } from '../../src/api/status.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { type ControllerProcess, startLeader } from './controller-process.ts';
import { readMetrics } from './metrics-text.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';

const isReady = ({ conditions = [] }: PolicyStatus): boolean =>
  conditions.some(({ type, status }) => type === 'Ready' && status === 'True');

describe('A controller without rights in one of its namespaces', () => {
  let cluster: Cluster;
  let open: Office;
  let closed: Office;
  let controller: ControllerProcess;

  const binding = (): string => `/apis/rbac.authorization.k8s.io/v1/namespaces/${closed.namespace}/rolebindings`;
  const letIn = (): Promise<object> =>
    cluster.plane.api.create(binding(), {
      metadata: { name: 'another' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'controller' },
      subjects: [{ kind: 'ServiceAccount', name: 'controller', namespace: open.namespace }],
    });
  const served = async (namespace: string): Promise<number | undefined> =>
    readMetrics((await controller.page('/metrics')).text).find(
      ({ name, labels }) => name === 'case_backup_controller_namespace_served' && labels['namespace'] === namespace,
    )?.value;

  before(async () => {
    cluster = await startCluster();
    open = await cluster.office();
    closed = await cluster.office();
    controller = await startLeader({ ...open, more: ['--namespace', closed.namespace] });
  });
  after(async () => {
    await controller?.stop();
    await cluster?.stop();
  });

  it('serves the others, and says which one it does not on /readyz, in the log and by a metric', async () => {
    await open.apply(aPolicy('nightly'));
    await closed.apply(aPolicy('nightly'));
    await open.untilStatus('nightly', 'Ready', isReady);
    const { status, text } = await until('the word on /readyz', async () => {
      const page = await controller.page('/readyz');
      return page.status === 200 && page;
    });
    assert.equal(status, 200);
    assert.match(text, new RegExp(`^ok; ${closed.namespace} is not served: .*forbidden`));
    assert.deepEqual([await served(open.namespace), await served(closed.namespace)], [1, 0]);
    assert.ok(
      controller.log().some((line) => line.includes('namespace not served') && line.includes(closed.namespace)),
    );
    assert.equal((await controller.page('/healthz')).status, 200);
    assert.deepEqual(await closed.status('nightly'), {});
  });

  it('serves it once it may, with the policies that were there all the time', { timeout: 120_000 }, async () => {
    await letIn();
    await closed.untilStatus('nightly', 'Ready', isReady, 60_000);
    assert.equal(await served(closed.namespace), 1);
    assert.equal((await controller.page('/readyz')).text.trim(), 'ok');
  });
});
