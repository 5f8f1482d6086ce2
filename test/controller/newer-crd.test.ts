import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CONDITION_TYPES } from '../../src/api/conditions.ts';
import { GROUP, KIND, VERSION } from '../../src/api/policy.ts';
import type { PolicyStatus } from '../../src/api/status.ts';
import { POLICY_METRICS } from '../../src/controller/policy/policy-metrics.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { anotherCrd, type Part, partOf } from './another-crd.ts';
import { type ControllerProcess, startLeader } from './controller-process.ts';
import { goodRun } from './good-run.ts';
import { readMetrics, type Series } from './metrics-text.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';

const text = { type: 'string', description: 'New.' } as unknown as Part;

/** With a field, a word and a bound of the spec, and with fields, a condition and a result of the status. */
const NEWER = anotherCrd((spec, status) => {
  spec.properties['layout'] = text;
  partOf(spec, 'staleAfterSeconds').minimum = 60;
  status.properties['sealedWith'] = text;
  partOf(status, 'lastVerification').properties['tool'] = text;
  partOf(partOf(status, 'conditions').items, 'type').enum.push('Encrypted');
  partOf(status, 'runCounts').maxItems = 12;
  for (const list of ['history', 'runCounts']) partOf(partOf(status, list).items, 'result').enum.push('Partial');
});

describe('A CRD that is newer than the controller', () => {
  let cluster: Cluster;
  let office: Office;
  let controller: ControllerProcess;
  const seriesOf = async (policy: string): Promise<Series[]> =>
    readMetrics((await controller.page('/metrics')).text).filter(({ labels }) => labels['policy'] === policy);
  const ready = (name: string) =>
    office.untilStatus(name, 'a verdict', ({ conditions = [] }) => conditions.some(({ type }) => type === 'Ready'));

  before(async () => {
    cluster = await startCluster(NEWER);
    office = await cluster.office();
    controller = await startLeader(office);
  });
  after(async () => {
    await controller?.stop();
    await cluster?.stop();
  });

  it('is no matter to a policy that uses nothing of it', async () => {
    await office.apply(aPolicy());
    const { conditions } = await ready('nightly');
    assert.equal(conditions?.[0]?.reason, 'Scheduled');
    const outdated = readMetrics((await controller.page('/metrics')).text).find(({ name }) =>
      name.includes('outdated'),
    );
    assert.equal(outdated?.value, 0);
  });

  it('has a status of a newer controller written back whole by this one, after a rollback', async () => {
    await goodRun(office, 'one');
    await controller.stop();
    const newer = await writeAsNewer(await office.status('nightly'));
    controller = await startLeader(office);
    const status = await goodRun(office, 'two');
    assert.equal((status as typeof newer).sealedWith, 'age1');
    const encrypted = status.conditions?.find(({ type }) => (type as string) === 'Encrypted');
    assert.equal(encrypted?.message, 'sealed');
    assert.equal(status.conditions?.length, CONDITION_TYPES.length + 1);
    assert.deepEqual(
      status.history?.map(({ jobName, result }) => [jobName, result]),
      [
        ['two', 'Succeeded'],
        ['one', 'Succeeded'],
        ['by-newer', 'Partial'],
      ],
    );
    const counts = new Map(status.runCounts?.map(({ result, trigger, count }) => [`${trigger} ${result}`, count]));
    assert.deepEqual([counts.get('Manual Succeeded'), counts.get('Scheduled Partial')], [2, 4]);
    await until('its event', async () => (await office.events('nightly')).some(({ note }) => note.includes('Job two')));
    await until('its metrics', async () =>
      (await seriesOf('nightly')).some(({ labels, value }) => labels['result'] === 'Succeeded' && value === 2),
    );
  });

  /** As the newer controller's own apply: the fields are owned by the one name that both go by. */
  async function writeAsNewer(status: PolicyStatus) {
    const { conditions = [], history = [], runCounts = [] } = status;
    const time = '2026-11-01T03:00:00Z';
    const run = { ...history[0], jobName: 'by-newer', jobUid: 'by-newer', result: 'Partial', completionTime: time };
    const condition = { ...conditions[0], type: 'Encrypted', message: 'sealed' };
    const newer = {
      ...status,
      sealedWith: 'age1',
      lastVerification: { ...status.lastVerification, tool: 'another' },
      conditions: [condition, ...conditions],
      history: [...history, run],
      runCounts: [{ trigger: 'Scheduled', result: 'Partial', count: 4 }, ...runCounts],
    };
    await cluster.plane.api.patch(
      `${office.path('casebackuppolicies', 'nightly')}/status?fieldManager=case-backup-controller&force=true`,
      { apiVersion: `${GROUP}/${VERSION}`, kind: KIND, metadata: { name: 'nightly' }, status: newer },
      'apply-patch+yaml',
    );
    return newer;
  }

  it('makes a policy that uses a field of it one with a fault, which it is told, and hurts no other', async () => {
    const alone = await seriesOf('nightly');
    await office.apply(aPolicy('future', { layout: 'PerCase' }));
    await office.apply(aPolicy('eager', { staleAfterSeconds: 60 }));
    for (const [name, says] of [
      ['future', /spec\.layout: is not a field of a policy/],
      ['eager', /spec\.staleAfterSeconds: must be at least 3600/],
    ] as const) {
      const [verdict] = (await ready(name)).conditions ?? [];
      assert.equal(`${verdict?.status} ${verdict?.reason}`, 'False InvalidSpec');
      assert.match(verdict?.message ?? '', says);
      await until('its event', async () =>
        (await office.events(name)).some((event) => `${event.type} ${event.reason}` === 'Warning InvalidSpec'),
      );
    }
    assert.deepEqual(await seriesOf('nightly'), alone);
    const known = (series: readonly Series[]): string[] => [...new Set(series.map(({ name }) => name))];
    assert.deepEqual(
      known(await seriesOf('future')),
      POLICY_METRICS.map(({ name }) => name),
    );
    const eager = known(await seriesOf('eager'));
    assert.deepEqual(
      POLICY_METRICS.map(({ name }) => name).filter((name) => !eager.includes(name)),
      ['case_backup_retention_min_archives'],
    );
  });
});
