import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';
import { identityOf, isLeading, leaderOf, type Replica, startReplicas } from './replicas.ts';
import { isWork } from './write-log.ts';

const LEASE_SECONDS = 15;
/** The bound: leaseDuration and five seconds. */
const TAKEOVER_MS = (LEASE_SECONDS + 5) * 1000;

describe('Of several controllers', { concurrency: true }, () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster?.stop());

  async function scene(
    count: number,
  ): Promise<{ office: Office; replicas: Replica[]; leader: Replica; stop(): Promise<void> }> {
    const office = await cluster.office();
    const replicas = await startReplicas(cluster, office, count, LEASE_SECONDS);
    const leader = await leaderOf(cluster, office, replicas);
    return {
      office,
      replicas,
      leader,
      async stop() {
        for (const replica of replicas) if (replica.isAlive()) await replica.controller().stop();
      },
    };
  }
  const acts = async (office: Office, name: string): Promise<void> => {
    await office.apply(aPolicy(name));
    await until(
      `the CronJob of ${name}`,
      () => cluster.plane.api.find(office.path('cronjobs', `case-backup-${name}`)),
      {
        within: TAKEOVER_MS,
      },
    );
  };

  it('only the leader works, and all are ready', async () => {
    const { office, replicas, leader, stop } = await scene(2);
    await acts(office, 'first');
    const writers = new Set(
      office.proxy
        .writes(isWork)
        .filter(({ namespace }) => namespace === office.namespace)
        .map(({ user }) => user),
    );
    assert.deepEqual([...writers], [leader.user]);
    for (const replica of replicas) assert.equal((await replica.controller().page('/readyz')).status, 200);
    await stop();
  });

  it('another acts within leaseDuration and 5 s after the leader was killed', async () => {
    const { office, replicas, leader, stop } = await scene(3);
    await acts(office, 'before');
    const start = performance.now();
    await leader.kill();
    await acts(office, 'after');
    const took = performance.now() - start;
    assert.ok(took < TAKEOVER_MS, `${took} ms`);
    assert.equal(replicas.filter(isLeading).length, 1);
    await stop();
  });

  it('another acts at once after the leader was told to stop, and the leader ends with 0', async () => {
    const { office, leader, stop } = await scene(2);
    const start = performance.now();
    assert.equal(await leader.controller().stop(), 0);
    await acts(office, 'after');
    const took = performance.now() - start;
    assert.ok(took < 8000, `${took} ms; a Lease that was not released would take ${LEASE_SECONDS * 1000}`);
    await stop();
  });

  it('a leader without a way to the API server stops before another may start', async () => {
    const { office, replicas, leader, stop } = await scene(2);
    const mend = leader.cutOff();
    const exited = leader.controller().exited.then((code) => ({ code, at: performance.now() }));
    const other = replicas.find((replica) => replica !== leader) ?? assert.fail();
    const taken = until('the other to lead', () => isLeading(other), { within: TAKEOVER_MS }).then(() =>
      performance.now(),
    );
    const { code, at } = await exited;
    assert.equal(code, 1, 'it exits, so that it starts anew');
    assert.ok(at < (await taken), 'it had ended by then');
    assert.ok(
      leader
        .controller()
        .log()
        .some((line) => line.includes('leadership lost')),
    );
    mend();
    await leader.start();
    await acts(office, 'after');
    assert.notEqual(identityOf(other), undefined);
    assert.equal(replicas.filter(isLeading).length, 1);
    await stop();
  });
});
