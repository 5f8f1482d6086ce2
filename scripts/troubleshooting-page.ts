import { EXIT_CODES, type ExitReason } from '../src/api/exit-codes.ts';
import { CONTROLLER } from '../src/api/failure-codes/controller.ts';
import type { Meaning } from '../src/api/failure-codes/meaning.ts';
import { RUN_LOG } from '../src/api/failure-codes/run-log.ts';
import { SKIP_REASONS } from '../src/api/failure-codes/skip-reasons.ts';
import { WARNINGS } from '../src/api/failure-codes/warnings.ts';
import { failuresOf } from '../src/api/failure-codes.ts';

/** docs/troubleshooting.md, from the tables in src/api/failure-codes/. */
export function troubleshootingPage(): string {
  const exits = (Object.keys(EXIT_CODES) as ExitReason[]).filter((exit) => exit !== 'succeeded');
  const sections = [
    ...exits.map((exit) => [`${EXIT_CODES[exit]} ${exit}`, INTROS[exit] ?? '', tableOf(exit)] as const),
    ['Warnings', WARNINGS_INTRO, table('Code', WARNINGS)],
    ['The run log', RUN_LOG_INTRO, table('Code', RUN_LOG, 'The warning says')],
    ['The controller', CONTROLLER_INTRO, table('Code', CONTROLLER)],
    ['When nothing is deleted', '', HELD],
  ] as const;
  const body = sections.map(([heading, intro, rows]) => `## ${heading}\n${intro === '' ? '' : `${intro}\n`}\n${rows}`);
  return `${INTRO}\n${body.join('\n\n')}\n`;
}

const tableOf = (exit: ExitReason): string =>
  exit === 'incomplete' ? table('Word', SKIP_REASONS) : table('Code', failuresOf(exit));

function table(word: string, meanings: Readonly<Record<string, Meaning>>, says = 'What happened'): string {
  const rows = Object.entries(meanings).map(([code, { means, remedy }]) => `| \`${code}\` | ${means} | ${remedy} |`);
  return [`| ${word} | ${says} | What to do |`, '| --- | --- | --- |', ...rows].join('\n');
}

const INTRO = `<!-- Made by \`npm run generate\` from src/api/failure-codes/. -->

# Troubleshooting

Every way in which a run or a command ends badly has a code word, such as \`SourceShrunk\`. It stands as \`reason\` in the
run's report (\`--json\`, the run record in \`.case-backup/runs/\`, the log), in front of \`error_message\` in \`backup_logs\`,
in front of each warning, and on a terminal in parentheses: \`✗ Failed (SourceShrunk): …\`. Search this page for it.

What no failure changes: nothing was overwritten, no older backup was deleted, and what was half made is removed by this
run or the next. Start with these:

    backup-job list -f policy.yaml                     what stands, and what is verified
    backup-job verify NAME --level Full -f policy.yaml is that backup good? (without NAME: the newest)
    backup-job config -f policy.yaml                   the policy with its defaults; which secrets are set

An unknown command or option ends with 2 too and says where the help is.
`;

const INTROS: Partial<Record<ExitReason, string>> = {
  failed: `A retry may help; in Kubernetes the Job tries again by itself.`,
  configuration: `Nothing was attempted, or nothing can be, until somebody corrects a setting.`,
  mismatch: `What is stored is not what it should be. **Do not rely on this backup**, look at the one before it, and find out why.`,
  refused: `A guard stopped the run. No backup was made and none was deleted; the ones that stand are as good as before.`,
  incomplete: `The backup is stored and verified, and files that were listed are not in it. Retention deletes nothing that night. The
report's reason is \`FilesMissing\`; \`files.jsonl\` in the ZIP names each file with one of these words:`,
};

const WARNINGS_INTRO = `They stand under \`warnings\` in the report and do not change its result.`;

const RUN_LOG_INTRO = `A database that is down or wrong never stops a backup: these stand in parentheses in the warning \`LogNotWritten\`, and a
later run adds what is missing. [journal.md](journal.md) has the table, the roles and the migrations.`;

const CONTROLLER_INTRO = `The controller prints the sentence and what to do; a policy's own faults stand in its conditions
([kubernetes.md](kubernetes.md)).`;

const HELD = `\`heldBecause\` in the report, or \`backup-job prune --dry-run\`, says why expired backups stay:

| It says | What to do |
| --- | --- |
| this backup is incomplete | Deal with the missing files; the next complete night deletes. |
| the run could not be logged | Repair the database. |
| the clock is doubtful: … | Five minutes and more between the machine's clock and the store's: set the machine's. No run on record for more than seven days (twice as long as usual, for a policy that runs seldom): a clock that jumped looks the same. Check the date; if it is right, nothing: after runs of seven days it deletes again. |
| run records can't be read: … | Look at \`.case-backup/runs/\`. A case-backup that writes a newer version of them did, or they were edited: use that one, or move them away once you know what they are. |
| not read for too long: … | A folder knows no hash of what it stores: each night reads some again, all within 30 days, in half of the time that its deadline leaves. Raise \`spec.job.activeDeadlineSeconds\`, or \`backup-job verify NAME\` reads one at once. |
| … was changed by somebody else while it was to be deleted | See who writes into the backup folder. |

A record with the reason \`Died\` belongs to a run that ended without a report (a power cut, an eviction, \`kill -9\`); a
later run wrote it and removed what the dead run had left.`;
