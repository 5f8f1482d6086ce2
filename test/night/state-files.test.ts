import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { RunReport } from '../../src/api/report.ts';
import { takeInventory } from '../../src/repository/inventory.ts';
import { INCOMING_FOLDER, RUNS_FOLDER } from '../../src/repository/names.ts';
import { claimPathFor } from '../../src/store/directory/claims/leftovers.ts';
import { type Desk, never, openDesk } from '../whole/in-process.ts';
import { openScene } from './scene.ts';

interface State {
  /** Where source and destination lie. */
  readonly folder: string;
  readonly source: string;
  readonly lease: string;
  readonly runs: string;
  readonly incoming: string;
  /** The first night's record, parsed. */
  readonly record: Readonly<Record<string, unknown>>;
}

const backupsOf = ({ destination }: Desk): string[] =>
  readdirSync(destination.locate('')).filter((name) => name.endsWith('_backup.zip'));

/** A good night, then what `harm` does, then another night. */
async function nightAfter(harm: (state: State) => void, desk: Desk): Promise<RunReport> {
  writeFileSync(join(desk.source, 'letter.txt'), 'Dear client');
  const first = await desk.backUp();
  assert.equal(first.exitCode, 0, first.message);
  const state = desk.destination.locate('.case-backup');
  const runs = join(state, 'runs');
  const record = JSON.parse(readFileSync(join(runs, `${first.runId}.json`), 'utf8'));
  const { source } = desk;
  const [lease, incoming] = [join(state, 'lease.json'), join(state, 'incoming')];
  harm({ folder: dirname(source), source, lease, runs, incoming, record });
  return await desk.backUp();
}

const RUN_ID = '20261101T010000Z-00000001';
const heldBy = (change: object): string =>
  JSON.stringify({ runId: RUN_ID, slot: 's', process: 'p', fence: 1, ttlSeconds: 180, renewals: 0, ...change });
const put = ({ runs }: State, content: string): void => writeFileSync(join(runs, `${RUN_ID}.json`), content);
const sparse = (path: string, bytes: number): void => {
  writeFileSync(path, '');
  truncateSync(path, bytes);
};

const LINKED = 'a lease that is a link to a file';
/** What such a night finds beside source and destination, and leaves there. */
const BESIDE: Readonly<Record<string, string[]>> = { [LINKED]: ['BACKUPS', 'CASES', 'letter.json', 'work'] };

/** Nothing of it is worth a night. */
const PASSED_OVER: Readonly<Record<string, (state: State) => void>> = {
  'a lease that is a link': ({ lease, folder }) => {
    rmSync(lease);
    symlinkSync(join(folder, 'elsewhere'), lease);
  },
  [LINKED]: ({ lease, folder }) => {
    rmSync(lease);
    writeFileSync(join(folder, 'letter.json'), 'of somebody');
    symlinkSync(join(folder, 'letter.json'), lease);
  },
  'a lease that is a pipe': ({ lease }) => {
    rmSync(lease);
    execFileSync('mkfifo', [lease]);
  },
  'an empty lease': ({ lease }) => writeFileSync(lease, ''),
  'a lease of 50 MB': ({ lease }) => sparse(lease, 50_000_000),
  'a lease of a negative duration': ({ lease }) => writeFileSync(lease, heldBy({ ttlSeconds: -1 })),
  'a lease with words for numbers': ({ lease }) => writeFileSync(lease, heldBy({ fence: 'seven' })),
  'a policy copy that is a pipe': ({ runs }) => {
    rmSync(join(runs, '../policy-nightly.json'));
    execFileSync('mkfifo', [join(runs, '../policy-nightly.json')]);
  },
  'claims that are pipes, of files and of none': ({ lease, runs, folder }) => {
    for (const file of [lease, join(runs, 'x.json'), join(folder, 'BACKUPS/x.zip'), join(folder, 'BACKUPS/y.zip')])
      execFileSync('mkfifo', [claimPathFor(file)]);
  },
  'claims that are links to a device': ({ lease, runs }) => {
    for (const file of [lease, join(runs, 'x.json')]) symlinkSync('/dev/zero', claimPathFor(file));
  },
  'a policy copy of 50 MB': ({ runs }) => sparse(join(runs, '../policy-nightly.json'), 50_000_000),
};

/** The same, and whatever it was, no backup is deleted while it is there. */
const COUNTED: Readonly<Record<string, (state: State) => void>> = {
  'an empty record': (state) => put(state, ''),
  'a record of 100 MB': ({ runs }) => sparse(join(runs, `${RUN_ID}.json`), 100_000_000),
  'a record of 4 MiB of brackets': (state) => put(state, '['.repeat(4 * 1024 * 1024)),
  'a record that is a folder': ({ runs }) => mkdirSync(join(runs, `${RUN_ID}.json`)),
  'a record that is a link': ({ runs }) => symlinkSync('../policy-nightly.json', join(runs, `${RUN_ID}.json`)),
  'a record that is a pipe': ({ runs }) => void execFileSync('mkfifo', [join(runs, `${RUN_ID}.json`)]),
  'a record with the id of another run': (state) => put(state, JSON.stringify({ ...state.record, state: 'running' })),
  'a record whose id leads elsewhere': (state) =>
    put(state, JSON.stringify({ ...state.record, state: 'running', runId: '../../../evil' })),
  'a record whose backup lies elsewhere': (state) =>
    put(state, recordOf(state, { state: 'committing', archives: [{ ...archiveOf(state), name: '../evil.zip' }] })),
  'a record whose backup is the lease': (state) =>
    put(
      state,
      recordOf(state, { state: 'committing', archives: [{ ...archiveOf(state), name: '.case-backup/lease.json' }] }),
    ),
  'a record of a negative count': (state) =>
    put(state, recordOf(state, { source: { location: '/x', totals: { cases: -1, files: -1, bytes: -1 } } })),
};

const recordOf = ({ record }: State, change: object): string => JSON.stringify({ ...record, runId: RUN_ID, ...change });
const archiveOf = ({ record }: State): object => (record['archives'] as object[])[0] ?? {};

for (const [what, harm] of Object.entries({ ...PASSED_OVER, ...COUNTED })) {
  test(`${what} costs no night`, { timeout: 60_000 }, async () => {
    using desk = openDesk();
    const report = await nightAfter(harm, desk);
    assert.deepEqual([report.exitCode, report.reason], [0, 'Verified'], report.message);
    assert.equal(backupsOf(desk).length, 2);
    if (what in COUNTED) assert.match(report.retention?.heldBecause ?? '', /^run records can't be read: 1/);
    else assert.equal(report.retention?.heldBecause, undefined);
    const { records } = await takeInventory(desk.destination, never);
    assert.deepEqual(records.unreadable, what in COUNTED ? [`${RUN_ID}.json`] : []);
    assert.deepEqual(readdirSync(dirname(desk.source)).sort(), BESIDE[what] ?? ['BACKUPS', 'CASES', 'work']);
    for (const file of ['lease.json', 'policy-nightly.json'])
      assert.ok(statSync(join(desk.destination.locate('.case-backup'), file)).isFile(), file);
  });
}

test('what a lease that is a link leads to is neither read nor written', async () => {
  using desk = openDesk();
  await nightAfter(PASSED_OVER[LINKED] ?? assert.fail(), desk);
  assert.equal(readFileSync(join(dirname(desk.source), 'letter.json'), 'utf8'), 'of somebody');
});

/** In its place no night can do its work; the sentence names it. */
const REFUSED: Readonly<Record<string, [harm: (state: State) => void, reason: string, name: string]>> = {
  'a lease that is a folder': [
    ({ lease }) => {
      rmSync(lease);
      mkdirSync(lease);
    },
    'LeaseUnreadable',
    'lease.json',
  ],
  'a file in place of the folder of records': [({ runs }) => inPlaceOf(runs), 'StateFolderInvalid', 'runs'],
  'a file in place of the folder of uploads': [({ incoming }) => inPlaceOf(incoming), 'StateFolderInvalid', 'incoming'],
  'a file in place of the state folder': [
    ({ runs }) => inPlaceOf(join(runs, '..')),
    'StateFolderInvalid',
    '.case-backup',
  ],
  'a state folder that is a link': [
    ({ runs, folder }) => linkInPlaceOf(join(runs, '..'), folder),
    'StateFolderInvalid',
    '.case-backup',
  ],
  'a folder of records that is a link': [
    ({ runs, folder }) => linkInPlaceOf(runs, folder),
    'StateFolderInvalid',
    'runs',
  ],
  'a folder of uploads that is a link into the source': [
    ({ incoming, source }) => linkInPlaceOf(incoming, source),
    'StateFolderInvalid',
    'incoming',
  ],
};

function inPlaceOf(folder: string): void {
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'x');
}

function linkInPlaceOf(folder: string, target: string): void {
  rmSync(folder, { recursive: true });
  symlinkSync(target, folder);
}

for (const [what, [harm, reason, name]] of Object.entries(REFUSED)) {
  test(`${what} is refused with 2 and a sentence that names it, and nothing is written`, async () => {
    using desk = openDesk();
    let before: string[] = [];
    const report = await nightAfter((state) => {
      harm(state);
      before = readdirSync(state.folder);
    }, desk);
    assert.deepEqual([report.exitCode, report.reason], [2, reason], report.message);
    assert.ok(report.message.startsWith(desk.destination.locate('.case-backup')), report.message);
    assert.ok(report.message.includes(name), report.message);
    assert.ok((report.hint ?? '').length > 10);
    assert.equal(backupsOf(desk).length, 1);
    assert.deepEqual(readdirSync(dirname(desk.source)), before);
    assert.deepEqual(readdirSync(desk.source), ['letter.txt']);
  });
}

for (const path of ['.case-backup', RUNS_FOLDER, INCOMING_FOLDER]) {
  test(`a file in place of ${path} in Dropbox is refused with 2 and a sentence that names it`, async () => {
    await using scene = await openScene();
    scene.emulator.tree.put(`/BACKUPS/${path}`, 'x');
    const report = await scene.night();
    assert.deepEqual([report.exitCode, report.reason], [2, 'StateFolderInvalid'], report.message);
    assert.ok(report.message.startsWith(`/BACKUPS/${path} is a file`), report.message);
    assert.deepEqual((await scene.emulator.tree.read(`/BACKUPS/${path}`)).toString(), 'x');
  });
}
