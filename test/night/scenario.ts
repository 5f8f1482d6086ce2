import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT_CODES, type ExitReason } from '../../src/api/exit-codes.ts';
import type { RunReport } from '../../src/api/report.ts';
import { assertLogged } from './logged-rows.ts';
import { type NightChange, openScene, type Scene, type SceneOptions } from './scene.ts';
import { secretsShownBy } from './shown-secrets.ts';
import { type Contents, contentsOf, unzipped } from './truth.ts';

/**
 * A fault scenario: a good night, then a fault in the next one, then a night without it. Whatever the fault, the first
 * backup stays as it was, nothing says verified of what is not in the stored ZIP, and the third night is good and
 * leaves no orphan. Where there is a log it then has one right row a night; no secret was shown anywhere.
 */
export interface Scenario {
  /** Number of the fault, the same for all scenarios of one fault. */
  readonly row: number;
  readonly exit: ExitReason;
  readonly reason?: string;
  readonly scene?: SceneOptions;
  readonly night?: NightChange;
  /** Sets the fault up, after the good night and before the one that it hits; may return what ends it. */
  fault(scene: Scene): unknown;
  /** What must be in the backup, of the tree before and after the night; default: the tree as it was before. */
  expected?(before: Contents, after: Contents): Contents;
  /** The run is stopped when its backup stands already: that one is good although the run did not end by itself. */
  readonly placed?: true;
  /** The first night's backup has expired in the second; `check` says what is left. */
  readonly prunes?: true;
  check?(scene: Scene, report: RunReport): void | Promise<void>;
  /** Undoes what would stop the third night as well. */
  heal?(scene: Scene): void | Promise<void>;
}

interface Tally {
  scenarios: number;
  falselyVerified: string[];
  orphans: string[];
  changedBackups: string[];
  secretsShown: string[];
}

export const tally: Tally = { scenarios: 0, falselyVerified: [], orphans: [], changedBackups: [], secretsShown: [] };

const DAY_MS = 86_400_000;

export function scenario(name: string, options: Scenario): void {
  test(name, { timeout: 300_000 }, async () => {
    await using scene = await openScene(options.scene);
    tally.scenarios += 1;
    const first = await scene.night();
    assert.equal(first.result, 'Succeeded', first.message);
    const stored = await contentsOf(scene.emulator, '/BACKUPS');
    scene.clock.advance(DAY_MS);

    const endFault = await options.fault(scene);
    const before = await contentsOf(scene.emulator, '/CASES');
    const report = await scene.night(options.night);
    scene.emulator.faults.clear();
    if (typeof endFault === 'function') await endFault();
    const after = await contentsOf(scene.emulator, '/CASES');

    assert.deepEqual(
      [report.exitCode, report.reason],
      [EXIT_CODES[options.exit], options.reason ?? reasonOf(options, report)],
      report.message,
    );
    if (options.placed) assert.match(report.message, /the backup is verified and in place$/);
    const claim = options.placed ? { ...report, result: 'Succeeded' as const } : report;
    await assertTruth(scene, name, claim, options.expected?.(before, after) ?? before);
    if (!options.prunes) await assertUntouched(scene, name, stored, first);
    await options.check?.(scene, report);

    await options.heal?.(scene);
    scene.clock.advance(DAY_MS);
    const third = await scene.night();
    assert.equal(third.result, 'Succeeded', third.message);
    const now = await contentsOf(scene.emulator, '/CASES');
    await assertTruth(scene, name, third, options.expected?.(now, now) ?? now);
    const orphans = await orphansOf(scene);
    tally.orphans.push(...orphans.map((path) => `${name}: ${path}`));
    assert.deepEqual(orphans, []);
    await assertLogged(scene);
    const shown = await secretsShownBy(scene);
    tally.secretsShown.push(...shown.map((secret) => `${name}: ${secret}`));
    assert.deepEqual(shown, []);
  });
}

const reasonOf = ({ exit }: Scenario, report: RunReport): string =>
  exit === 'succeeded' ? 'Verified' : exit === 'incomplete' ? 'FilesMissing' : report.reason;

/** Success means: the very content, by somebody else's unzip. Incomplete means: all but the skipped ones. */
async function assertTruth(scene: Scene, name: string, report: RunReport, expected: Contents): Promise<void> {
  const good = report.result === 'Succeeded';
  if (!good && report.result !== 'Incomplete') {
    const claimed = (await scene.inventory()).backups.filter(
      (b) => b.status === 'verified' && b.proof?.record.runId === report.runId,
    );
    if (claimed.length > 0) tally.falselyVerified.push(name);
    assert.deepEqual(claimed, []);
    return;
  }
  assert.ok(report.backup && report.verification);
  const actual = await unzipped(scene.emulator, report.backup.path);
  const missing = [...expected].filter(([path, hash]) => actual.get(path) !== hash).map(([path]) => path);
  const extra = [...actual.keys()].filter((path) => !expected.has(path));
  if (good && (missing.length > 0 || extra.length > 0)) tally.falselyVerified.push(name);
  assert.deepEqual(extra, []);
  assert.equal(missing.length, report.skippedFiles, `missing: ${missing.join(', ')}`);
  assert.equal(actual.size, report.files);
}

async function assertUntouched(scene: Scene, name: string, stored: Contents, first: RunReport): Promise<void> {
  const zip = first.backup?.path.slice('/BACKUPS/'.length) ?? '';
  const now = await contentsOf(scene.emulator, '/BACKUPS');
  if (now.get(zip) !== stored.get(zip)) tally.changedBackups.push(name);
  assert.equal(now.get(zip), stored.get(zip), 'the backup of the night before was changed');
}

async function orphansOf({ emulator }: Scene): Promise<string[]> {
  return emulator.tree.files('/BACKUPS').filter((path) => path.includes('/incoming/') || /\.(?:claim|tmp)$/.test(path));
}
