import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';
import { identityOf, leaderOf, type Replica, startReplicas } from './replicas.ts';
import { isWork, lateWrites, watchLease } from './write-log.ts';

/** Fifty in all, in two offices at once. */
const SEEDS = [20261125, 20261126];
const BLOWS = 25;
/** The least that the controller takes: the storm is about order, not about patience. */
const LEASE_SECONDS = 3;

type Blow = 'kill' | 'stop' | 'cut off';

describe('Fifty kills and cuts at random', { concurrency: true }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster?.stop());

  for (const seed of SEEDS)
    it(`never let two leaders write (seed ${seed})`, { timeout: 600_000 }, async (t) => {
      const office = await cluster.office();
      const replicas = await startReplicas(cluster, office, 3, LEASE_SECONDS);
      const lease = watchLease(cluster, office);
      const users = new Map<string, string>();
      const know = (): void => {
        for (const replica of replicas) {
          const identity = identityOf(replica);
          if (identity !== undefined) users.set(identity, replica.user);
        }
      };
      await office.apply(aPolicy('busy'));
      const busy = new AbortController();
      const work = keepBusy(office, busy.signal);
      const blows = fc.sample(
        fc.tuple(fc.constantFrom<Blow>('kill', 'stop', 'cut off'), fc.integer({ min: 0, max: 700 })),
        {
          numRuns: BLOWS,
          seed,
        },
      );
      for (const [blow, pause] of blows) {
        const leader = await leaderOf(cluster, office, replicas);
        know();
        await delay(pause);
        await strike(leader, blow);
        await leaderOf(
          cluster,
          office,
          replicas.filter((replica) => replica !== leader),
        );
        know();
        if (!leader.isAlive()) await leader.start();
      }
      busy.abort();
      const edits = await work;
      const last = await cluster.plane.api.get<{ metadata: { generation: number } }>(
        office.path('casebackuppolicies', 'busy'),
      );
      await office.untilStatus(
        'busy',
        'the last edit',
        ({ observedGeneration }) => observedGeneration === last.metadata.generation,
      );
      await lease.stop();
      know();
      const writes = office.proxy.writes(isWork);
      assert.deepEqual(lateWrites(writes, lease.reigns, users), []);
      assert.ok(lease.reigns.length > BLOWS, `${lease.reigns.length} reigns`);
      assert.ok(
        lease.reigns.every(({ holder }) => users.has(holder)),
        'every holder is one of ours',
      );
      t.diagnostic(`${BLOWS} blows, ${lease.reigns.length} reigns, ${edits} edits, ${writes.length} writes, none late`);
      for (const replica of replicas) await replica.controller().stop();
    });

  /** An edit every tenth of a second, so that whoever believes to lead has something to write. */
  async function keepBusy(office: Office, signal: AbortSignal): Promise<number> {
    let edits = 0;
    while (!signal.aborted) {
      const change = { spec: { schedule: `${edits % 60} 3 * * *` } };
      await until('an edit to be taken', () =>
        cluster.plane.api.patch(office.path('casebackuppolicies', 'busy'), change, 'merge-patch+json'),
      );
      edits++;
      await delay(100);
    }
    return edits;
  }

  async function strike(leader: Replica, blow: Blow): Promise<void> {
    if (blow === 'kill') await leader.kill();
    else if (blow === 'stop') assert.equal(await leader.controller().stop(), 0);
    else {
      const mend = leader.cutOff();
      assert.equal(await leader.controller().exited, 1);
      mend();
    }
  }
});
