import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { forEachParallel } from '../../src/host/parallel.ts';
import { type Mould, makeMould, openDirectoryPlace } from './directory-place.ts';
import { backupsIn, judgeHealed, judgeKilled, noVerdicts, type Verdicts } from './judge.ts';

const PRELOAD = ['--import', fileURLToPath(new URL('count-steps.ts', import.meta.url))];
const AT_ONCE = 2;
const SLOT = '7f1c2a44-93d0-4c55-8a35-0d9a3b1a6e00';
/** A run has some 1,500 steps, of which reading and writing 9 MB in chunks and looking at folders take most; every kind's first and last ones come on top. */
const STRIDE = 30;

/** Names of all steps of an undisturbed run, in order. */
async function stepsOf(mould: Mould, verdicts: Verdicts): Promise<string[]> {
  await using place = await openDirectoryPlace(mould);
  const before = await backupsIn(place);
  const stepsFile = `${place.workFolder}.steps`;
  const { code, stderr } = await place.run(SLOT, { nodeArgs: PRELOAD, env: { STEPS_FILE: stepsFile } }).ended;
  assert.equal(code, 0, stderr);
  await judgeHealed(place, 'undisturbed', { slot: SLOT, before }, verdicts);
  return JSON.parse(await readFile(stepsFile, 'utf8')) as string[];
}

/** A fixed stride, and of each kind of step the first and the last ones, where the rare and decisive steps are. */
function choosePoints(steps: readonly string[]): number[] {
  const chosen = new Set<number>();
  const kinds = Map.groupBy(steps.keys(), (index) => steps[index] ?? '');
  for (const indices of kinds.values())
    for (const index of [...indices.slice(0, 2), ...indices.slice(-3)]) chosen.add(index + 1);
  for (let step = 1; step <= steps.length; step += STRIDE) chosen.add(step);
  return [...chosen].sort((a, b) => a - b);
}

test('A run killed before any operation on files leaves one verified backup after the next run, and no orphan', {
  timeout: 1_100_000,
}, async (t) => {
  await using mould = await makeMould();
  const verdicts = noVerdicts();
  const steps = await stepsOf(mould, verdicts);
  assert.deepEqual(verdicts, noVerdicts());
  const points = choosePoints(steps);
  await forEachParallel(points, AT_ONCE, async (step) => {
    const label = `step ${step} (${steps[step - 1]})`;
    await using place = await openDirectoryPlace(mould);
    const before = await backupsIn(place);
    const { signal, code } = await place.run(SLOT, { nodeArgs: PRELOAD, env: { KILL_AT: String(step) } }).ended;
    // Reads come in pieces of varying number, so the very last steps may not be reached.
    if (signal !== 'SIGKILL' && (code !== 0 || step < steps.length - 20))
      verdicts.other.push(`${label}: ended with ${code}`);
    if (signal === 'SIGKILL') verdicts.points += 1;
    await judgeKilled(place, label, before, verdicts);
    await place.aMinutePasses();
    const next = await place.run(SLOT).ended;
    if (next.code !== 0)
      verdicts.other.push(`${label}: the next run ended with ${next.code}: ${next.stderr.slice(-600)}`);
    await judgeHealed(place, label, { slot: SLOT, before }, verdicts);
  });
  t.diagnostic(
    `directories: ${verdicts.points} kill points of ${steps.length} (${new Set(steps).size} kinds of operation), false successes: ${verdicts.falseSuccesses.length}, orphans: ${verdicts.orphans.length}`,
  );
  assert.deepEqual([verdicts.falseSuccesses, verdicts.orphans, verdicts.other], [[], [], []]);
  assert.ok(verdicts.points >= 60);
});
