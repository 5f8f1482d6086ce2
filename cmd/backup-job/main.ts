#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { EXIT_CODE_MEANINGS, EXIT_CODES, type ExitReason } from '../../src/api/exit-codes.ts';
import { configCommand } from './config-command.ts';
import { fail } from './fail.ts';
import { listCommand } from './list-command.ts';
import { pruneCommand } from './prune-command.ts';
import { runCommand } from './run-command.ts';
import { verifyCommand } from './verify-command.ts';

const exitCodes = (Object.keys(EXIT_CODES) as ExitReason[])
  .map((reason) => `  ${String(EXIT_CODES[reason]).padStart(3)}  ${EXIT_CODE_MEANINGS[reason]}`)
  .join('\n');

const helpHint = '(backup-job --help shows the commands and exit codes)';

const program = new Command('backup-job')
  .description(
    'Turns a tree of case folders into one verified ZIP, keeps 30 days of them, and proves that they are good.',
  )
  .option('-f, --file <policy>', 'the CaseBackupPolicy, as one would kubectl apply it (default: $CASE_BACKUP_POLICY)')
  .option('--json', 'print the result as JSON on standard output')
  .showHelpAfterError(helpHint)
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  backup-job run -f policy.yaml                 one backup now
  backup-job list -f policy.yaml                what is stored, and what proves it
  backup-job verify --level Full -f policy.yaml read every byte of the newest backup
  backup-job prune --dry-run -f policy.yaml     what retention would delete, and why

Secrets come from the environment, each also as NAME_FILE with the path of a file:
  DROPBOX_APP_KEY, DROPBOX_APP_SECRET, DROPBOX_REFRESH_TOKEN (or DROPBOX_ACCESS_TOKEN), DATABASE_URL

Exit codes:
${exitCodes}`,
  );

for (const command of [runCommand, verifyCommand, listCommand, pruneCommand, configCommand]) {
  program.addCommand(command().exitOverride().showHelpAfterError(helpHint));
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT_CODES.configuration;
  else process.exitCode = fail(error, program.opts()['json'] === true);
}
