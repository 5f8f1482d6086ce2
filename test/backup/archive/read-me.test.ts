import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { READ_ME } from '../../../src/repository/manifest.ts';
import { openDesk } from '../../whole/in-process.ts';

/** Does what READ-ME-FIRST.txt says, with nothing but the ZIP and the programs that it names. */
const CASES = ['USA001_John_Smith', 'USA002_Smith [2024]', 'USA003_Müller'] as const;

const folder = mkdtempSync(join(tmpdir(), 'case-backup-read-me-'));
using desk = openDesk();
after(() => rmSync(folder, { recursive: true }));
for (const name of CASES) {
  mkdirSync(join(desk.source, name));
  writeFileSync(join(desk.source, name, 'letter.txt'), `of ${name}`);
}
const { backup, result, message } = await desk.backUp();
assert.equal(result, 'Succeeded', message);
copyFileSync(backup?.path ?? '', join(folder, 'FILE.zip'));

/** In the language of the shell; returns what was printed. */
function shell(command: string, language: string): string {
  const { status, stdout, stderr } = spawnSync('sh', ['-euc', command], {
    cwd: folder,
    env: { PATH: process.env['PATH'], LC_ALL: language },
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.equal(status, 0, `${command}\n${stdout}${stderr}`);
  return stdout;
}

const text = shell(`unzip -p FILE.zip ${READ_ME}`, 'C.UTF-8');
const [, oneCase = ''] = /^ {2}Linux +(unzip FILE\.zip '[^']+')/m.exec(text) ?? [];
const [, utf8 = ''] = /M#U00fcller: (LC_ALL=\S+ unzip FILE\.zip)$/m.exec(text) ?? [];
const [, escaped = '', plain = ''] = /write (\S+) for (\S),/.exec(text) ?? [];
const commandFor = (name: string): string =>
  `${oneCase.replace(
    '<case>',
    name.replaceAll(plain, () => escaped),
  )} -d cases`;

for (const name of CASES) {
  test(`the page gives back the case ${name}`, () => {
    shell(commandFor(name), 'C.UTF-8');
    assert.equal(readFileSync(join(folder, 'cases/CASES', name, 'letter.txt'), 'utf8'), `of ${name}`);
  });
}

test('the page helps where the shell has no UTF-8', () => {
  const list = `cd names/CASES && printf '%s\\n' *`;
  assert.match(shell(`unzip FILE.zip -d names && ${list}`, 'C'), /^USA003_M#U00fcller$/m);
  rmSync(join(folder, 'names'), { recursive: true });
  shell(`${utf8} -d names`, 'C');
  assert.match(shell(list, 'C.UTF-8'), /^USA003_Müller$/m);
});

test('the check of the page finds nothing wrong in a sound backup', () => {
  const [, check = ''] = /^ {2}Linux.*extracted folder: +(.+)$/m.exec(text) ?? [];
  shell(`unzip FILE.zip -d all && cd all && ${check}`, 'C.UTF-8');
});

test('the page names no file that is not there, and fits a window of 80 columns', () => {
  assert.doesNotMatch(text, /\d_backup\.zip/);
  assert.deepEqual(
    text
      .slice(text.indexOf('What is in here'))
      .split('\n')
      .filter((line) => line.length > 79),
    [],
  );
});
