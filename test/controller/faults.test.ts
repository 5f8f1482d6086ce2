import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { CronJob } from '../../src/controller/workloads.ts';
import { jobOf } from '../cluster/pod.ts';
import { exits, runs } from '../cluster/pod-acts.ts';
import type { ProxiedRequest } from '../cluster/proxied-request.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { aReport } from './a-report.ts';
import { type ControllerProcess, startController } from './controller-process.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';
import { TROUBLES, type Trouble } from './storm.ts';

const SEQUENCES = 200;
const SEED = 20261125;
/** After the last fault everything has to be right within this. */
const CONVERGED_MS = 10_000;
/** The four kinds that are watched. */
const WATCHES = 4;
/** One for each watch, and a handful for calls. */
const MOST_CONNECTIONS = WATCHES + 12;

describe('Whatever happens between the controller and the API server', () => {
  let cluster: Cluster;
  let office: Office;
  let controller: ControllerProcess;
  let restarts = 0;
  let rounds = 0;
  const ours = ({ user }: ProxiedRequest): boolean => user?.endsWith(`:${office.namespace}:controller`) ?? false;

  before(async () => {
    cluster = await startCluster();
    office = await cluster.office();
    office.kubelet.script((pod) => {
      const job = jobOf(pod) ?? '';
      return [runs(), exits(0, JSON.stringify(aReport(job)))];
    });
    await run();
    await office.apply(aPolicy());
    await office.untilStatus('nightly', 'Ready', ({ conditions = [] }) => conditions[0]?.status === 'True');
  });
  after(async () => {
    await controller?.stop();
    await cluster?.stop();
  });

  /** As a Deployment does: a controller that has lost its Lease exits and is started again. */
  async function run(): Promise<void> {
    controller = await startController(office);
    void controller.exited.then((code) => {
      if (code !== 1) return;
      restarts++;
      void run();
    });
  }

  /** An edit and a run by hand while it lasts; then the truth must have arrived. */
  async function weather(troubles: readonly Trouble[], pauses: readonly number[]): Promise<void> {
    const round = ++rounds;
    const job = `run-${round}`;
    const schedule = `${round % 60} ${Math.floor(round / 60) % 24} * * *`;
    for (const [i, trouble] of troubles.entries()) {
      const end = await trouble.begin(cluster.proxy, ours);
      if (i === 0) {
        await office.apply(aPolicy('nightly', { schedule }));
        await office.runByHand('nightly', job);
      }
      await delay(pauses[i] ?? 500);
      await end();
    }
    const last = performance.now();
    await office.untilStatus(
      'nightly',
      `${job} after: ${troubles.map(({ name }) => name).join(', ')}`,
      (status) =>
        status.lastRun?.jobName === job && status.lastRun.result === 'Succeeded' && status.activeRun === undefined,
      CONVERGED_MS,
    );
    const left = { within: Math.max(100, CONVERGED_MS - (performance.now() - last)) };
    await until(
      'the edit',
      async () => {
        const cronJob = await cluster.plane.api.get<CronJob>(office.path('cronjobs', 'case-backup-nightly'));
        return cronJob.spec?.['schedule'] === schedule;
      },
      left,
    );
    await until('the four watches to stand', () => watches() === WATCHES, left);
    assert.ok(cluster.proxy.connections() <= MOST_CONNECTIONS, `${cluster.proxy.connections()} connections`);
    assert.equal(controller.process.exitCode, null);
  }
  const watches = (): number => cluster.proxy.open((request) => ours(request) && request.verb === 'watch').length;

  /** Events are tried for a minute, in the background: they may come later than the status. */
  async function allEvents(): Promise<void> {
    const jobs = Array.from({ length: rounds }, (_, i) => `run-${i + 1}`);
    await until(
      'an event of every run',
      async () => {
        const notes = (await office.events('nightly'))
          .filter(({ reason }) => reason === 'BackupSucceeded')
          .map(({ note }) => note);
        const missing = jobs.filter((job) => !notes.some((note) => note.startsWith(`Job ${job}:`)));
        if (missing.length > 0) throw new Error(`none of ${missing.join(', ')}`);
        return true;
      },
      { within: 70_000, everyMs: 500 },
    );
  }

  for (const trouble of TROUBLES) {
    it(`${trouble.name}: it is right again within ten seconds`, { timeout: 60_000 }, () => weather([trouble], [2000]));
  }

  it('and no event of these is lost, none of the policy counted twice', { timeout: 120_000 }, async () => {
    await allEvents();
    const { runCounts = [] } = await office.status('nightly');
    assert.equal(
      runCounts.find(({ trigger, result }) => trigger === 'Manual' && result === 'Succeeded')?.count,
      rounds,
    );
  });

  it(`${SEQUENCES} sequences of up to four at random are weathered, without an event lost or a run counted twice`, {
    timeout: 1_200_000,
  }, async (t) => {
    const trouble = fc.integer({ min: 0, max: TROUBLES.length - 1 });
    const sequences = fc.sample(
      fc.array(fc.tuple(trouble, fc.integer({ min: 0, max: 400 })), { minLength: 1, maxLength: 4 }),
      { numRuns: SEQUENCES, seed: SEED },
    );
    for (const sequence of sequences) {
      const troubles = sequence.flatMap(([index]) => TROUBLES[index] ?? []);
      await weather(
        troubles,
        sequence.map(([, pause]) => pause),
      );
    }
    await allEvents();
    const { runCounts = [] } = await office.status('nightly');
    const counted = runCounts.reduce((sum, { count }) => sum + count, 0);
    assert.equal(counted, rounds, 'every run once');
    assert.deepEqual(
      controller.log().filter((line) => /unhandled/i.test(line)),
      [],
    );
    t.diagnostic(
      `${rounds} runs, ${restarts} restarts after a lost Lease, ${cluster.proxy.connectionsSoFar()} connections`,
    );
  });
});
