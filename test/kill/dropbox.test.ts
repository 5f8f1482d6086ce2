import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from '../../src/host/clock.ts';
import { forEachParallel } from '../../src/host/parallel.ts';
import type { RequestRecord } from '../dropbox/stats.ts';
import { makeEarlier, openDropboxPlace } from './dropbox-place.ts';
import { backupsIn, judgeHealed, judgeKilled, noVerdicts, type Verdicts } from './judge.ts';

const MOMENTS = ['before', 'after'] as const;
type Moment = (typeof MOMENTS)[number];

const READS = new Set(['files/download', 'files/get_metadata', 'files/list_folder']);

/** A pause that only our fault asks for. */
const STRIKE_MS = 86_400_000;
const EFFECTS = { before: { kind: 'reset', at: 'headers' }, after: { kind: 'delay', ms: STRIKE_MS } } as const;
/** The emulator finishes a request whose client was killed at once; a busy machine takes longer. */
const RECORDED_MS = 20_000;
const AT_ONCE = 2;
const SLOT = '7f1c2a44-93d0-4c55-8a35-0d9a3b1a6e00';

const earlier = await makeEarlier();

/**
 * Kills the run at its n-th request of a route (what runs side by side has no order among routes): before it takes
 * effect, or after and before the answer leaves.
 */
async function killAt({ of, nth, moment }: Point, verdicts: Verdicts): Promise<string> {
  const label = `${moment} ${of} ${nth}`;
  let seen = 0;
  let step = 0;
  let strike = async (): Promise<void> => undefined;
  const clock = {
    ...systemClock,
    sleep: (ms: number, signal?: AbortSignal) => (ms === STRIKE_MS ? strike() : systemClock.sleep(ms, signal)),
  };
  await using place = await openDropboxPlace(earlier, { clock });
  const { faults } = place.emulator;
  const before = await backupsIn(place);
  const job = place.run(SLOT);
  let struck = '';
  strike = async () => {
    if (job.process.exitCode !== null || job.process.signalCode !== null) return;
    const exited = once(job.process, 'exit');
    job.process.kill('SIGKILL');
    await exited;
  };
  const disarm = faults.onRequest(async ({ number, route }) => {
    if (route !== of) return;
    seen += 1;
    if (seen !== nth) return;
    step = number;
    struck = route;
    faults.add({ route: '*', when: moment, times: Number.POSITIVE_INFINITY, effect: EFFECTS[moment] });
    if (moment === 'before') await strike();
  });
  const { code, signal } = await job.ended;
  const giveUp = performance.now() + RECORDED_MS;
  while (struck !== '' && !place.emulator.requests().some(({ number }) => number === step)) {
    if (performance.now() > giveUp) throw new Error(`${label} (${struck}): the emulator never finished the request`);
    await nextTurn();
  }
  disarm();
  faults.clear();
  if (signal === 'SIGKILL') verdicts.points += 1;
  else if (code !== 0) verdicts.other.push(`${label}: the run ended by itself with ${code}`);
  await judgeKilled(place, `${label} (${struck})`, before, verdicts);

  const next = await place.run(SLOT).ended;
  if (next.code !== 0)
    verdicts.other.push(`${label} (${struck}): the next run ended with ${next.code}: ${next.stderr.slice(-600)}`);
  await judgeHealed(place, `${label} (${struck})`, { slot: SLOT, before }, verdicts);
  return struck;
}

interface Point {
  readonly of: string;
  /** From 1. */
  readonly nth: number;
  readonly moment: Moment;
}

/** Around everything that changes something; of what only reads, every second one, on one side or the other. */
function pointsOf(requests: readonly RequestRecord[]): Point[] {
  const counts = new Map<string, number>();
  return requests.flatMap(({ route: of }) => {
    const nth = (counts.get(of) ?? 0) + 1;
    counts.set(of, nth);
    const moments = READS.has(of) ? MOMENTS.filter((_, side) => nth % 4 === 1 + 2 * side) : MOMENTS;
    return moments.map((moment) => ({ of, nth, moment }));
  });
}

test('A run killed around any request to Dropbox leaves one verified backup after the next run, and no orphan', {
  timeout: 1_100_000,
}, async (t) => {
  const verdicts = noVerdicts();
  await using place = await openDropboxPlace(earlier);
  const before = await backupsIn(place);
  const undisturbed = await place.run(SLOT).ended;
  assert.equal(undisturbed.code, 0, undisturbed.stderr);
  await judgeHealed(place, 'undisturbed', { slot: SLOT, before }, verdicts);
  assert.deepEqual(verdicts, noVerdicts());
  const { requests, routes } = place.emulator.stats();
  const points = pointsOf(place.emulator.requests());
  const struck = new Set<string>();
  await forEachParallel(points, AT_ONCE, async (point) => {
    struck.add(await killAt(point, verdicts));
  });
  t.diagnostic(
    `Dropbox: ${verdicts.points} kill points (of ${2 * requests}: before and after ${requests} requests, ${struck.size} routes), false successes: ${verdicts.falseSuccesses.length}, orphans: ${verdicts.orphans.length}`,
  );
  assert.deepEqual([verdicts.falseSuccesses, verdicts.orphans, verdicts.other], [[], [], []]);
  assert.ok(verdicts.points >= 60 && verdicts.points > 0.9 * points.length);
  assert.deepEqual([...struck].sort(), Object.keys(routes).sort());
});
