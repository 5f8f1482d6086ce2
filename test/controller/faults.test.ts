import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { CronJob } from '../../src/controller/workloads.ts';
import { exits, OWN_SLOT, runs } from '../cluster/pod-acts.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { aReport } from './a-report.ts';
import { type ControllerProcess, startController } from './controller-process.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';
import { TROUBLES, type Trouble } from './storm.ts';

const SEQUENCES = 200;
const SEED = 20261125;
/** They share the control plane, each with a controller and a proxy of its own. */
const OFFICES = 4;
/** After the last fault everything has to be right within this. */
const CONVERGED_MS = 10_000;
/** Of a controller's log, where it was not right in time. */
const LAST_LINES = 60;
/** The four kinds that are watched. */
const WATCHES = 4;
/** One for each watch, and a handful for calls. */
const MOST_CONNECTIONS = WATCHES + 12;

/** An office with a controller that is started again when it has lost its Lease, and a count of what it went through. */
interface Weathered {
  readonly office: Office;
  controller: ControllerProcess;
  rounds: number;
  restarts: number;
}

describe('Whatever happens between the controller and the API server', { concurrency: true }, () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster?.stop());

  async function open(): Promise<Weathered> {
    const office = await cluster.office();
    office.kubelet.script(() => [runs(), exits(0, JSON.stringify(aReport(OWN_SLOT)))]);
    const weathered: Weathered = { office, controller: await startController(office), rounds: 0, restarts: 0 };
    keep(weathered);
    await office.apply(aPolicy());
    await office.untilStatus('nightly', 'Ready', ({ conditions = [] }) => conditions[0]?.status === 'True');
    return weathered;
  }

  /** As a Deployment does. */
  function keep(weathered: Weathered): void {
    void weathered.controller.exited.then(async (code) => {
      if (code !== 1) return;
      weathered.restarts++;
      weathered.controller = await startController(weathered.office);
      keep(weathered);
    });
  }

  /** An edit and a run by hand while it lasts; then the truth must have arrived. */
  async function weather(weathered: Weathered, troubles: readonly Trouble[], pauses: readonly number[]): Promise<void> {
    const { office } = weathered;
    const { proxy } = office;
    const round = ++weathered.rounds;
    const job = `run-${round}`;
    const schedule = `${round % 60} ${Math.floor(round / 60) % 24} * * *`;
    for (const [i, trouble] of troubles.entries()) {
      const end = await trouble.begin(proxy);
      if (i === 0) {
        await office.apply(aPolicy('nightly', { schedule }));
        await office.runByHand('nightly', job);
      }
      await delay(pauses[i] ?? 500);
      await end();
    }
    const what = `${job} after: ${troubles.map(({ name }) => name).join(', ')}`;
    try {
      await converge(weathered, job, schedule, what);
    } catch (error) {
      const log = weathered.controller.log().slice(-LAST_LINES).join('\n');
      throw new Error(`${what}; ${weathered.restarts} restarts; the last words:\n${log}`, { cause: error });
    }
  }

  async function converge(weathered: Weathered, job: string, schedule: string, what: string): Promise<void> {
    const { office } = weathered;
    const { proxy } = office;
    const last = performance.now();
    await office.untilStatus(
      'nightly',
      what,
      ({ lastRun, activeRun }) => lastRun?.jobName === job && lastRun.result === 'Succeeded' && activeRun === undefined,
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
    const watches = (): number => proxy.open(({ verb }) => verb === 'watch').length;
    await until('the four watches to stand', () => watches() === WATCHES, left);
    assert.ok(proxy.connections() <= MOST_CONNECTIONS, `${proxy.connections()} connections`);
    assert.equal(weathered.controller.process.exitCode, null);
  }

  /** Every run has its event and is counted once. Events are tried for a minute: they may come later than the status. */
  async function settle({ office, rounds, controller }: Weathered): Promise<void> {
    const jobs = Array.from({ length: rounds }, (_, i) => `run-${i + 1}`);
    await until(
      'one event of every run',
      async () => {
        const events = (await office.events('nightly')).filter(({ reason }) => reason === 'BackupSucceeded');
        const missing = jobs.filter((job) => events.filter(({ note }) => note.startsWith(`Job ${job}:`)).length !== 1);
        if (missing.length > 0) throw new Error(`none, or more, of ${missing.join(', ')}`);
        return true;
      },
      { within: 70_000, everyMs: 500 },
    );
    const { runCounts = [] } = await office.status('nightly');
    const ended = runCounts.filter(({ count }) => count > 0);
    assert.deepEqual(ended, [{ trigger: 'Manual', result: 'Succeeded', count: rounds }]);
    assert.deepEqual(
      controller.log().filter((line) => /unhandled/i.test(line)),
      [],
    );
    assert.equal(await controller.stop(), 0);
  }

  it('it is right again within ten seconds after each of them', { timeout: 600_000 }, async (t) => {
    const weathered = await open();
    for (const trouble of TROUBLES) await t.test(trouble.name, () => weather(weathered, [trouble], [2000]));
    await settle(weathered);
  });

  const trouble = fc.integer({ min: 0, max: TROUBLES.length - 1 });
  const sequences = fc.sample(
    fc.array(fc.tuple(trouble, fc.integer({ min: 0, max: 400 })), { minLength: 1, maxLength: 4 }),
    { numRuns: SEQUENCES, seed: SEED },
  );
  for (let first = 0; first < SEQUENCES; first += SEQUENCES / OFFICES) {
    const some = sequences.slice(first, first + SEQUENCES / OFFICES);
    it(`sequences ${first + 1} to ${first + some.length} of up to four at random are weathered`, {
      timeout: 900_000,
    }, async (t) => {
      const weathered = await open();
      for (const sequence of some) {
        const troubles = sequence.flatMap(([index]) => TROUBLES[index] ?? []);
        await weather(
          weathered,
          troubles,
          sequence.map(([, pause]) => pause),
        );
      }
      const sockets = weathered.office.proxy.connectionsSoFar();
      await settle(weathered);
      t.diagnostic(
        `${weathered.rounds} runs, ${weathered.restarts} restarts after a lost Lease, ${sockets} connections`,
      );
    });
  }
});
