import { Command, CommanderError } from 'commander';
import { EXIT_CODE_MEANINGS, EXIT_CODES, type ExitReason } from '../../src/api/exit-codes.ts';
import { Failure } from '../../src/host/errors.ts';
import { VERSION } from '../../src/host/version.ts';
import { configCommand } from './config-command.ts';
import { leaveEarlyMessage } from './early-message.ts';
import { fail } from './fail.ts';
import { listCommand } from './list-command.ts';
import { surviveLostOutput } from './output.ts';
import { pruneCommand } from './prune-command.ts';
import { runCommand } from './run-command.ts';
import { verifyCommand } from './verify-command.ts';

const exitCodes = (Object.keys(EXIT_CODES) as ExitReason[])
  .map((reason) => `  ${String(EXIT_CODES[reason]).padStart(3)}  ${EXIT_CODE_MEANINGS[reason]}`)
  .join('\n');

const helpHint = '(backup-job --help shows the commands and exit codes)';

const programOf = (): Command =>
  new Command('backup-job')
    .description(
      'Turns a tree of case folders into one verified ZIP, keeps 30 days of them, and proves that they are good.',
    )
    .option('-f, --file <policy>', 'the CaseBackupPolicy, as one would kubectl apply it (default: $CASE_BACKUP_POLICY)')
    .option('--json', 'print the result as JSON on standard output')
    .version(VERSION)
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

/** Parses the command line, does what it says, and sets the exit code of the process. */
export async function runProgram(signal: AbortSignal): Promise<void> {
  const program = programOf();
  for (const command of [runCommand, verifyCommand, listCommand, pruneCommand, configCommand]) {
    program.addCommand(command(signal).exitOverride().showHelpAfterError(helpHint));
  }
  // A backup that stands is not undone by a report that could not be shown; any other command was there to show something.
  surviveLostOutput(() => {
    if (program.args[0] !== 'run') process.exitCode ||= EXIT_CODES.failed;
  });
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode =
      error instanceof CommanderError ? misused(program, error) : fail(error, program.opts()['json'] === true);
  }
}

/** Commander has said what is wrong with the command line, or has shown the help that was asked for. */
function misused(program: Command, { exitCode, message }: CommanderError): number {
  if (exitCode === 0) return 0;
  if (program.args[0] === 'run') {
    const misuse = new Failure('CommandLineInvalid', message.replace(/^error: /, ''), {
      hint: helpHint,
    });
    leaveEarlyMessage(misuse, program.opts<{ file?: string }>().file);
  }
  return EXIT_CODES.configuration;
}
