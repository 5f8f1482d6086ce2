import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { filesBelow } from '../night/truth.ts';
import { openDesk } from '../whole/in-process.ts';

/** Follows docs/restore-by-hand.md to the letter: its commands, in its order, in a folder that holds one backup. */
const page = readFileSync(new URL('../../docs/restore-by-hand.md', import.meta.url), 'utf8');

const CASES: Readonly<Record<string, string>> = {
  'USA001_John_Smith/Correspondence/letter.txt': 'Dear Mr Smith, '.repeat(300),
  'USA002_Smith [2024]/note.txt': 'brackets',
  "USA003_O'Brien: appeal/Re: hearing?.txt": 'moved to 4 May',
  "USA003_O'Brien: appeal/Notes.txt": 'first',
  "USA003_O'Brien: appeal/notes.txt": 'second',
  'USA004_Jörg_Müller/Vollmacht.txt': 'Vollmacht',
  'fee-table.txt': 'fees',
};

const folder = mkdtempSync(join(tmpdir(), 'case-backup-by-hand-'));
using desk = openDesk();
after(() => rmSync(folder, { recursive: true }));

for (const [path, content] of Object.entries(CASES)) put(join(desk.source, path), content);
// Large enough to be streamed: such an entry says its size only behind its data.
put(join(desk.source, 'USA001_John_Smith/video.mp4'), randomBytes(9_000_000));
const source = filesBelow(desk.source);
const report = await desk.backUp();
assert.equal(report.result, 'Succeeded', report.message);
const zip = report.backup?.path ?? '';

for (const name of ['2026-11-22_backup.zip', '2026-11-23_backup.zip', 'damaged.zip'])
  copyFileSync(zip, join(folder, name));
truncateSync(join(folder, 'damaged.zip'), (report.backup?.bytes ?? 0) - 1500);
for (const [, text = ''] of page.matchAll(/^```python\n(.*?)^```$/gms)) {
  const [, name = ''] = /^# (\w+\.py): /.exec(text) ?? [];
  writeFileSync(join(folder, name), text);
}

const blocks = [...page.matchAll(/^( *)```sh\n(.*?)^ *```$/gms)].map(([, indent = '', text = '']) =>
  text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
);

test('the commands of the page give back one case, strange names, everything, and the original names', () => {
  const sound = blocks.slice(0, blocks.findIndex(isRescue));
  assert.ok(sound.length >= 7);
  const outputs = sound.map((block) => {
    const { status, stdout, stderr } = shell(block);
    assert.equal(status, 0, `${block}\n${stdout}${stderr}`);
    return stdout;
  });
  assert.match(outputs[0] ?? '', /^USA001_John_Smith\nUSA002_Smith \[2024\]\nUSA003_O'Brien%3A appeal\n/);
  assert.match(outputs.join(''), /"archive":"CASES\/USA003_O'Brien%3A appeal\/Re%3A hearing%3F.txt"/);
  const letter = 'CASES/USA001_John_Smith/Correspondence/letter.txt';
  for (const unpacked of ['restored', 'everything'])
    assert.equal(readFileSync(join(folder, unpacked, letter), 'utf8'), CASES[letter.slice('CASES/'.length)]);
  for (const unpacked of ['restored', 'restored-by-7z'])
    assert.equal(readFileSync(join(folder, unpacked, 'CASES/USA002_Smith [2024]/note.txt'), 'utf8'), 'brackets');
  assert.deepEqual(filesBelow(join(folder, 'original')), source);
});

test('the check of the page finds a file that was changed', () => {
  writeFileSync(join(folder, 'everything/CASES/fee-table.txt'), 'feet');
  const check = blocks.find((block) => block.includes('cd everything')) ?? assert.fail('there is no check');
  const { status, stdout } = shell(check.slice(check.indexOf('(cd')));
  assert.equal(status, 1);
  assert.equal(stdout, 'CASES/fee-table.txt: FAILED\n');
});

test('what the page saves from a ZIP that lost its end is right, once what 7-Zip named is deleted', () => {
  const [rescue = '', check = ''] = blocks.slice(blocks.findIndex(isRescue));
  const { stderr } = shell(rescue);
  const named = [...stderr.matchAll(/^ERROR: [^:]+ : (.+)$/gm)].map(([, name = '']) => name);
  assert.ok(named.length > 0, stderr);
  for (const name of named) rmSync(join(folder, 'rescued', name));
  const { status, stdout } = shell(check);
  assert.equal(status, 0, stdout);
  assert.equal(filesBelow(join(folder, 'rescued/CASES')).size, source.size);
});

function isRescue(block: string): boolean {
  return block.includes('damaged.zip');
}

function shell(commands: string): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  return spawnSync('bash', ['-euo', 'pipefail', '-c', commands], {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: 60_000,
    input: '',
  });
}

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
