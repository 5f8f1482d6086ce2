import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UNSEEN_TEXTS } from '../host/unseen-texts.ts';
import { MAIN } from './backup-job.ts';
import { type Office, openOffice } from './office.ts';

const STACK = /\n\s+at |node:internal/;

interface Shown {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `backup-job ARGS` in a line of a shell, where "$@" stands for it; with what the shell itself ends. */
function shell(line: string, args: readonly string[]): Promise<Shown> {
  const { PATH, HOME } = process.env;
  return new Promise((resolve) => {
    execFile(
      'bash',
      ['-c', line, 'shell', process.execPath, MAIN, ...args],
      { env: { PATH, HOME } },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

const backupsOf = ({ destination }: Office): string[] =>
  readdirSync(destination).filter((name) => name.endsWith('_backup.zip'));

test('A reader that leaves is no error of a list, and a full disk is one sentence and 1', {
  timeout: 120_000,
}, async () => {
  using office = openOffice();
  assert.equal((await shell('"$@" >/dev/null 2>&1', ['run', '-f', office.policy])).code, 0);
  const left = await shell('"$@" | true; exit "$PIPESTATUS"', ['list', '-f', office.policy]);
  assert.deepEqual(left, { code: 0, stdout: '', stderr: '' });
  const full = await shell('"$@" > /dev/full', ['list', '-f', office.policy]);
  assert.equal(full.code, 1);
  assert.match(full.stderr, /^backup-job: the result could not be printed: [^\n]*ENOSPC[^\n]*\n$/);
});

for (const [what, line] of [
  ['the reader of its log leaves', '"$@" --json 2>&1 >/dev/null | true; exit "$PIPESTATUS"'],
  ['the disk of its log is full', '"$@" --json 2>/dev/full'],
  ['the disk of its report is full', '"$@" --json >/dev/full'],
  ['both are closed', '"$@" --json >&- 2>&-'],
] as const)
  test(`A run makes its backup although ${what}`, { timeout: 120_000 }, async () => {
    using office = openOffice();
    const { code, stderr } = await shell(line, ['run', '-f', office.policy]);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, STACK);
    assert.equal(backupsOf(office).length, 1);
  });

test('On a terminal nothing of names, records and the lease is obeyed', { timeout: 180_000 }, async () => {
  using office = openOffice();
  const evil = Object.values(UNSEEN_TEXTS).filter((text) => text.isWellFormed());
  const unseen = /(?![\r\n])[\p{C}\p{Zl}\p{Zp}]/u;
  const onTerminal = async (...args: string[]): Promise<string> => {
    const command = [process.execPath, MAIN, ...args].map((arg) => `'${arg}'`).join(' ');
    const { stdout } = await shell(`script -qec "${command}" /dev/null`, []);
    // The program's own: it clears its progress line.
    return stdout.replaceAll('\u001b[2K', '').replaceAll('\r', '');
  };
  for (const [n, text] of evil.entries()) {
    const folder = join(office.source, `USA10${n}_${text}`);
    mkdirSync(folder);
    writeFileSync(join(folder, `${text}.txt`), text);
    if (n === 0) for (let pipe = 0; pipe < 2; pipe++) await shell('mkfifo "$3"', [join(folder, `pipe ${pipe}${text}`)]);
  }
  const run = await onTerminal('run', '-f', office.policy);
  assert.match(run, /missing: /);
  assert.doesNotMatch(run, unseen);

  const runs = join(office.destination, '.case-backup', 'runs');
  const [name = ''] = readdirSync(runs);
  const record = JSON.parse(readFileSync(join(runs, name), 'utf8'));
  const text = evil.join('');
  record.archives[0].path = `/x/${text}`;
  record.archives[0].name = `2020-01-01_${text.replaceAll('\u0007', '')}_backup.zip`;
  record.policy = text;
  writeFileSync(join(runs, name), JSON.stringify(record));
  writeFileSync(
    join(office.destination, '.case-backup', 'lease.json'),
    JSON.stringify({ runId: text, slot: text, process: text, fence: 1, ttlSeconds: 600, renewals: 0 }),
  );
  for (const args of [['list'], ['prune', '--dry-run'], ['verify', `2026-11-23_${evil[0]}backup.zip`]])
    assert.doesNotMatch(await onTerminal(...args, '-f', office.policy), unseen, args.join(' '));
});
