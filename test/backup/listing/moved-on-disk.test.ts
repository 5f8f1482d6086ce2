import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../../src/host/clock.ts';
import { openDirectoryStore } from '../../../src/store/directory/directory-store.ts';
import { listedPlan } from './listed-plan.ts';
import { steppedSource } from './stepped-source.ts';

const CASES = ['A', 'B', 'C', 'D'];
const FILES = CASES.flatMap((name) => [`${name}/Mails/letter.txt`, `${name}/will.pdf`]);

/** What a clerk does at one moment, and what is there afterwards. */
const CHANGES: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  'a case is renamed to a name in front': [['D', '0 D']],
  'a file moves from a late case to an early one': [['D/will.pdf', 'A/will of D.pdf']],
  'a file moves from an early case to a late one': [['A/will.pdf', 'D/will of A.pdf']],
  'a folder moves from a late case to an early one': [['D/Mails', 'A/Mails of D']],
  'a case is renamed in upper and lower case alone': [['C', 'c']],
  'two cases change their names': [
    ['A', 'tmp'],
    ['D', 'A'],
    ['tmp', 'D'],
  ],
  'a file takes the place of a folder, which moves on': [
    ['B/Mails', 'A/Mails of B'],
    ['C/will.pdf', 'B/Mails'],
  ],
};

const moved = (path: string, [from, to]: readonly [string, string]): string =>
  path === from || path.startsWith(`${from}/`) ? `${to}${path.slice(from.length)}` : path;

for (const [what, changes] of Object.entries(CHANGES)) {
  test(`every file of a folder on disk is in the plan when ${what} at any moment of its listing`, async () => {
    for (let when = 1; await holds(when, changes); when++);
  });
}

/** False when the listing was over before. */
async function holds(when: number, changes: readonly (readonly [string, string])[]): Promise<boolean> {
  const root = await mkdtemp(join(tmpdir(), 'case-backup-moved-'));
  try {
    for (const path of FILES) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), path);
    }
    let steps = 0;
    const source = steppedSource(openDirectoryStore(root, { clock: systemClock }), async () => {
      if (++steps === when) for (const [from, to] of changes) await rename(join(root, from), join(root, to));
    });
    const { files, moving, entries } = await listedPlan(source);
    const after = changes.reduce((paths, change) => paths.map((path) => moved(path, change)), FILES).toSorted();
    const found = files.toSorted().join(', ');
    assert.ok([FILES.toSorted().join(', '), after.join(', ')].includes(found), `at step ${when}: ${found}`);
    assert.equal(moving, 0);
    // Under the right name may be planned what was there before: whoever reads it later looks for the wrong file.
    const numbers = entries.flatMap((entry) => (entry.kind === 'file' ? [source.numberOf?.(entry)] : []));
    assert.equal(new Set(numbers).size, FILES.length, `at step ${when} each file is planned as itself`);
    return steps >= when;
  } finally {
    await rm(root, { recursive: true });
  }
}
