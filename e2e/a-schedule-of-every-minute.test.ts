import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../test/cluster/until.ts';
import { sampleOf } from '../test/controller/told-of-runs.ts';
import { onStage } from './stage/on-stage.ts';
import { proveGood } from './stage/prove-good.ts';
import { NAMESPACE } from './stage/release.ts';
import { metricsOf } from './stage/served-namespace.ts';
import type { Stage } from './stage/stage.ts';
import { overlaps, type Span, type WatchedRuns, watchRuns } from './stage/watched-runs.ts';

const POLICY = 'minutely';
const MINUTES = 20;
/** Node grows while it warms up: caches, compiled code. */
const WARM_AFTER = 10;
/**
 * V8 lets its heap breathe by some megabytes. A megabyte kept of each run would be ten by then, and fill the controller's
 * limit of 256 MiB in two hours.
 */
const MOST_GROWTH_MIB = 8;

/** The Job's name is its scheduled minute. */
const minuteOf = ({ name }: Span): number => Number(name.split('-').at(-1));
const clockTime = (minute: number): string => new Date(minute * 60_000).toISOString().slice(11, 16);

describe('A schedule of every minute', () => {
  it(
    `loses none of ${MINUTES}, never has two runs at once, and lets the controller be as large as it was`,
    { timeout: (MINUTES + 15) * 60_000 },
    onStage(async (stage) => {
      const { kubectl, policies } = stage;
      const runs = watchRuns(stage, POLICY);
      try {
        await stage.policy(POLICY, { schedule: '* * * * *' });
        const first = await until('the first minute', () => runs.jobs()[0], { within: 120_000, everyMs: 1_000 });
        const end = minuteOf(first) + MINUTES;
        const memory = await memoryUntil(stage, end);
        await kubectl(['patch', 'cbp', POLICY, '-n', policies.namespace, '--type=merge', '-p', SUSPEND]);
        await until('the last to end', () => runs.jobs().every(({ end }) => end !== undefined), { within: 120_000 });
        console.log(`pods took ${secondsOf(runs)} s; the controller had ${memory.join(', ')} MiB`);

        const minutes = runs.jobs().map(minuteOf);
        const all = Array.from({ length: end - minuteOf(first) }, (_, index) => minuteOf(first) + index);
        assert.deepEqual(all.filter((minute) => !minutes.includes(minute)).map(clockTime), [], 'minutes without a run');
        assert.equal(runs.pods().length, runs.jobs().length, 'as many pods as runs');
        assert.deepEqual([...overlaps(runs.jobs()), ...overlaps(runs.pods())], []);
        await assertAllGood(stage, minutes.length);

        const before = Math.max(...memory.slice(WARM_AFTER - 5, WARM_AFTER));
        const after = Math.max(...memory.slice(-5));
        assert.ok(after <= before + MOST_GROWTH_MIB, `from ${before} to ${after} MiB`);
      } finally {
        await runs.stop();
        await kubectl(['delete', 'cbp', POLICY, '-n', policies.namespace]);
      }
    }),
  );
});

const SUSPEND = JSON.stringify({ spec: { suspend: true } });

/** Resident MiB of the controller, once a minute, until that minute has begun. */
async function memoryUntil({ cluster }: Stage, minute: number): Promise<number[]> {
  const samples: number[] = [];
  while (Date.now() < minute * 60_000) {
    await delay(60_000 - (Date.now() % 60_000));
    const series = await metricsOf(cluster.plane, NAMESPACE);
    const bytes = series.find(({ name }) => name === 'process_resident_memory_bytes')?.value ?? Number.NaN;
    samples.push(Math.round(bytes / 2 ** 20));
  }
  return samples;
}

const secondsOf = (runs: WatchedRuns): string => {
  const took = runs.pods().map(({ start, end = Number.NaN }) => end - start);
  return `${Math.min(...took)} to ${Math.max(...took)}`;
};

async function assertAllGood(stage: Stage, runs: number): Promise<void> {
  const told = await until('all to be counted', async () => {
    const now = await stage.told(POLICY);
    return sampleOf(now, 'runs_total', { trigger: 'Scheduled', result: 'Succeeded' }) === runs && now;
  });
  const reasons = new Set(told.events.map(({ reason }) => reason));
  assert.ok(!reasons.has('ScheduleMissed') && !reasons.has('BackupFailed'), [...reasons].join(', '));
  assert.equal(told.status.missedScheduleTime, undefined);
  const folder = `/BACKUPS-${POLICY}`;
  const zips = (await stage.dropbox.list(folder)).filter((name) => name.endsWith('.zip'));
  assert.equal(zips.length, runs);
  await proveGood(stage.dropbox, `${folder}/${zips.sort().at(-1)}`);
}
