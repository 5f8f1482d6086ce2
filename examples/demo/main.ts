import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { formatBytes, summary } from '../../cmd/backup-job/words.ts';
import { type RunReport, reportSchema } from '../../src/api/report.ts';
import { makeCaseTree } from './case-tree.ts';
import { startDatabase } from './database.ts';
import { earlierNight } from './earlier-night.ts';
import { policyText } from './policy-text.ts';

/** `npm run demo`: an office's nights in half a minute, in ./demo-output. Ends with 0 only if everything was verified. */
const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);
const output = join(root, 'demo-output');
const policyFile = join('demo-output', 'policy.yaml');
const cases = join(output, 'CASES');
const backups = join(output, 'BACKUPS');
const faults: string[] = [];

rmSync(output, { recursive: true, force: true });
mkdirSync(backups, { recursive: true });

step('Making an office');
const tree = await makeCaseTree(cases);
console.log(`${tree.cases} cases, ${tree.files} files, ${formatBytes(tree.bytes)} in ${relative(root, cases)}`);
writeFileSync(policyFile, policyText(cases, backups, 'DryRun'));

step('A night a week, for six weeks');
console.log('The job runs with its clock set back, and without a database: tonight will log what they could not.');
for (const daysAgo of [40, 33, 26, 19, 12, 5]) {
  const report = await earlierNight(policyFile, daysAgo);
  expect(report.result === 'Succeeded', `the night ${daysAgo} days ago succeeds`);
  console.log(`${daysAgo} days ago: ${report.result}, ${report.backup?.path ?? report.message}`);
}

step('Starting the embedded Postgres (some seconds)');
const database = await startDatabase();
try {
  step('Tonight');
  const first = await backup();
  expect(first.exitCode === 0, 'tonight succeeds');
  expect(first.retention?.wouldDelete === 1, 'retention would let go of one backup');

  step('Is it really good? Every byte of it, read back');
  expect((await job('verify', '--level', 'Full')).exitCode === 0, 'the backup passes a full verification');

  step('What would retention do? The policy says keepDays: 30 and mode: DryRun');
  await job('prune', '--dry-run');

  step('The next day: a note is changed, two letters come, a photo goes, and retention is switched on');
  appendFileSync(join(cases, 'USA001_John_Smith', 'notes.txt'), 'He called again.\n');
  for (const letter of ['Answer.txt', 'Answer to the answer.txt'])
    writeFileSync(join(cases, 'USA001_John_Smith', 'Correspondence', letter), 'We agree.\n');
  rmSync(join(cases, 'CAN010_John_Smith', 'Evidence', 'Photo.jpg'));
  writeFileSync(policyFile, policyText(cases, backups, 'Enforce'));
  const second = await backup();
  expect(second.exitCode === 0, 'the second night succeeds');
  expect(second.retention?.deleted === 1, 'retention lets go of the backup that is 40 days old');
  expect((await job('verify', '--level', 'Full')).exitCode === 0, 'the second backup passes a full verification');

  step('What is stored now');
  await job('list');

  step('What the database knows (table backup_logs)');
  const rows = await database.rows(
    `SELECT to_char(backup_date, 'YYYY-MM-DD HH24:MI') AS backup_date, status, total_cases, total_files, total_size_mb,
            verification->>'level' AS verified, regexp_replace(backup_path, '.*/', '') AS backup
     FROM backup_logs ORDER BY backup_date`,
  );
  console.table(rows);
  expect(rows.length === 8 && rows.every(({ status }) => status === 'completed'), 'eight runs are logged as completed');

  if (second.backup && faults.length === 0) console.log(nextSteps(relative(root, second.backup.path)));
} finally {
  await database.close();
}
for (const fault of faults) console.error(`demo: FAILED: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function backup(): Promise<RunReport> {
  const { stdout } = await job('run', '--json');
  const report = reportSchema.parse(JSON.parse(stdout));
  console.log(summary(report).trimEnd());
  return report;
}

/** Runs the job as a user would, with its progress on the terminal; `--json` is for us, everything else is shown. */
async function job(...args: string[]): Promise<{ exitCode: number; stdout: string }> {
  const command = ['cmd/backup-job/main.ts', ...args, '-f', policyFile];
  console.log(`$ node ${command.join(' ')}`);
  const child = spawn(process.execPath, command, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DATABASE_URL: database.url, CASE_BACKUP_LOG_LEVEL: 'warn' },
  });
  const [stdout, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (!args.includes('--json')) console.log(stdout.trimEnd());
  return { exitCode, stdout };
}

function expect(isSo: boolean, what: string): void {
  if (!isSo) faults.push(`expected that ${what}`);
}

function step(title: string): void {
  console.log(`\n━━ ${title}`);
}

function nextSteps(zip: string): string {
  return `
━━ All verified. Your turn:
  unzip -q -d restored ${zip}
  (cd restored && sha256sum -c --quiet SHA256SUMS && cat READ-ME-FIRST.txt)

  ${policyFile} is the policy; docs/policy.md explains every field.
  With a real Dropbox: README.md, "Run it against your Dropbox".`;
}
