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

const programOf = (): Command =>
  new Command('backup-job')
    .description(
      'Turns a tree of case folders into one verified ZIP, keeps 30 days of them, and proves that they are good.',
    )
    .option(
      '-f, --file <policy>',
      'file with the CaseBackupPolicy, as one would kubectl apply it; or else the policy itself, as JSON or YAML, in $CASE_BACKUP_POLICY',
    )
    .option('--json', 'print the result as JSON on standard output')
    .version(VERSION)
    .configureHelp({ showGlobalOptions: true })
    // What is wrong is told as every failure is.
    .configureOutput({ writeErr: () => undefined })
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
    program.addCommand(command(signal).copyInheritedSettings(program));
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

/** The exit code of a command line that asks for nothing, or for nothing but help, which has been shown. */
function misused(program: Command, error: CommanderError): number {
  if (error.exitCode === 0) return 0;
  const misuse = new Failure('CommandLineInvalid', whatIsWrong(program, error), {
    hint: 'backup-job --help shows the commands and exit codes',
  });
  const { file, json } = program.opts<{ file?: string; json?: boolean }>();
  if (program.args[0] === 'run') leaveEarlyMessage(misuse, file);
  return fail(misuse, json === true);
}

/** Commander's sentence; where it would show the help instead, one of ours. */
function whatIsWrong({ args, commands }: Command, { code, message }: CommanderError): string {
  if (code !== 'commander.help') return message.replace(/^error: /, '').replaceAll('\n', ' ');
  const [, name] = args;
  if (name !== undefined) return `unknown command '${name}'`;
  return `no command is given, such as ${commands
    .map((command) => command.name())
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' or ')}`;
}
