import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Emulator } from '../dropbox/emulator.ts';
import type { SeenRequest } from '../dropbox/faults.ts';
import type { LimitedCalls } from '../dropbox/limits.ts';
import { openScene, type Scene } from './scene.ts';
import { tickingClock } from './ticking-clock.ts';
import { contentsOf, unzipped } from './truth.ts';

/** The rate has been looked for by then, counted from the first refusal. */
const SETTLING_MS = 35_000;
/** Most calls at once then are more a second than any of the limits. */
const LATENCY_MS = 20;

interface LimitedNight {
  readonly perSecond: number;
  readonly cases: number;
  readonly filesPerCase: number;
  /** The part of the night that has more to ask for than the limit allows, by its calls. */
  readonly isPart: (request: SeenRequest) => boolean;
  /** Of the clock. */
  readonly msPerTick: number;
}

const isDownload = ({ route, paths }: SeenRequest): boolean =>
  route === 'files/download' && paths.some((path) => path.startsWith('/cases/'));
const isListing = ({ route }: SeenRequest): boolean => route === 'files/list_folder';

const NIGHTS: readonly (readonly [what: string, night: LimitedNight])[] = [
  ['', { perSecond: 10, cases: 30, filesPerCase: 24, isPart: isDownload, msPerTick: 10 }],
  ['', { perSecond: 50, cases: 100, filesPerCase: 25, isPart: isDownload, msPerTick: 5 }],
  ['', { perSecond: 300, cases: 100, filesPerCase: 105, isPart: isDownload, msPerTick: 4 }],
  // Those that show nothing in a listing of everything are listed one by one.
  [' that lists 3,000 empty cases', { perSecond: 50, cases: 3000, filesPerCase: 0, isPart: isListing, msPerTick: 5 }],
];

for (const [what, night] of NIGHTS)
  test(`a night${what} under a limit of ${night.perSecond} calls a second uses nine tenths of it, and one in a hundred is refused, once the rate is found`, {
    timeout: 240_000,
  }, async (t) => {
    using clock = tickingClock(new Date('2026-11-22T03:00:00Z'), night.msPerTick);
    await using scene = await openScene({
      cases: 0,
      clock,
      emulator: { latencyMs: LATENCY_MS, rateLimit: { requests: night.perSecond, perMs: 1000, retryAfterSeconds: 1 } },
    });
    const { emulator } = scene;
    emulator.tree.generate({ path: '/CASES', cases: night.cases, filesPerCase: night.filesPerCase, size: 200 });
    emulator.tree.put('/CASES/USA000_First/letter.txt', 'Dear client');
    const listed = await contentsOf(emulator, '/CASES');
    const settled = settledCalls(scene, night.isPart);
    const report = await scene.night();
    assert.equal(report.reason, 'Verified', report.message);
    assert.match(report.message, new RegExp(`^${night.cases + 1} cases, ${listed.size} file`));
    assert.deepEqual(await unzipped(emulator, report.backup?.path ?? ''), listed);

    const { passed, refused, allowed } = settled();
    t.diagnostic(
      `${passed} of ${Math.round(allowed)} calls that the limit allowed, and ${refused} refused; ${shown(emulator)}`,
    );
    assert.ok(allowed >= 5 * night.perSecond, `only ${allowed} calls were allowed once it was settled`);
    assert.ok(passed >= 0.9 * allowed, `${passed} of ${allowed} calls`);
    assert.ok(refused <= 0.01 * (passed + refused), `${refused} of ${passed + refused} calls were refused`);
  });

/** What the limit counts from the moment when the rate was found to the last call of the part. */
function settledCalls({ emulator, clock }: Scene, isPart: LimitedNight['isPart']): () => LimitedCalls {
  let firstRefusal: number | undefined;
  let from: LimitedCalls | undefined;
  let to: LimitedCalls | undefined;
  emulator.faults.onRequest((request) => {
    const calls = emulator.stats().limitedCalls;
    if (calls.refused > 0) firstRefusal ??= clock.elapsed();
    if (!isPart(request) || clock.elapsed() < (firstRefusal ?? Number.POSITIVE_INFINITY) + SETTLING_MS) return;
    from ??= calls;
    to = calls;
  });
  return () => {
    assert.ok(from && to, 'the rate was not found while this part was under way');
    return {
      passed: to.passed - from.passed,
      refused: to.refused - from.refused,
      allowed: to.allowed - from.allowed,
    };
  };
}

function shown(emulator: Emulator): string {
  const { passed, refused, allowed } = emulator.stats().limitedCalls;
  return `of the whole night ${passed} of ${Math.round(allowed)}, and ${refused} refused`;
}
