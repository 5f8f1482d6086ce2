import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FileLine } from '../../src/repository/manifest.ts';

interface Ended {
  readonly exitCode: number;
  readonly message: string;
  readonly lines: readonly FileLine[];
}

/** A night for each moment of its listing at which this may happen to the volume at C/scans. */
function nightsIn(what: string): Ended[] {
  const own = process.geteuid?.() === 0 ? '-m' : '-rm';
  const script = join(import.meta.dirname, 'mounting-night.ts');
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const said = execFileSync('unshare', [own, process.execPath, script, what], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const shown = ({ lines }: Ended): string[] =>
  lines.map((line) => ('skipped' in line ? `${line.path} ${line.skipped}` : line.path)).toSorted();

for (const what of ['goes', 'goes with its folder', 'goes, a folder of the same disk', 'comes over files']) {
  test(`a volume within a case that ${what} while the source is listed is named as unreachable`, {
    timeout: 120_000,
  }, () => {
    const nights = nightsIn(what);
    const [first = []] = nights.map(shown);
    assert.ok(first.includes('C/scans unreachable'), String(first));
    if (what === 'comes over files') assert.ok(first.includes('C/scans/other.pdf'));
    for (const night of nights) {
      const paths = shown(night);
      const isWhole = ['one.pdf', 'two.pdf'].every((name) => paths.includes(`C/scans/${name}`));
      const isNamed = paths.some((path) => /^C\/scans(?: unreachable|\/.* deleted_during_run)$/.test(path));
      assert.deepEqual([night.exitCode, isNamed], isWhole && !isNamed ? [0, false] : [3, true], paths.join(', '));
      for (const name of ['A', 'C']) assert.ok(paths.includes(`${name}/letter.txt`));
    }
  });
}

test('a volume within a case that goes and comes back while the source is listed costs no night', {
  timeout: 120_000,
}, () => {
  for (const night of nightsIn('goes and comes back')) {
    assert.equal(night.exitCode, 0, night.message);
    const found = shown(night).filter((path) => path.startsWith('C/scans'));
    assert.deepEqual(found, ['C/scans/one.pdf', 'C/scans/two.pdf']);
  }
});

test('a volume that is the source, and goes, is never taken for the older copy that it lay upon', {
  timeout: 120_000,
}, () => {
  for (const night of nightsIn('is the source and goes, from an older copy')) {
    const before = shown(night).filter((path) => path.includes('letter.txt'));
    if (night.exitCode === 1) assert.match(night.message, /lies on another volume than when the run began/);
    else
      assert.deepEqual([night.exitCode, before.some((path) => path.endsWith('_during_run'))], [3, true], night.message);
  }
});
