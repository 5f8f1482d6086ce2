import { machine } from './machine.ts';
import type { Part, Target } from './part.ts';

/** RESULTS.md: a table and its targets for each part. */
export function resultsPage(parts: readonly Part[], date: Date): string {
  const targets = parts.flatMap((part) => part.targets);
  return [
    '# Benchmark results',
    `Measured on ${date.toISOString().slice(0, 10)}: ${machine()}.`,
    `${verdict(targets)} MB are 10⁶ bytes of input, MiB 2²⁰; CPU is user and system time; peak is the largest resident size of the process. Each run is a fresh process, the page cache is warm, the contestants take turns. Their archives go nowhere while they are measured; once each of them was written to a file and read back by \`unzip -t\`, and has every file (of huge ours only, and of its first GiB). \`case-backup\` deflates at level 5 and computes SHA-256 and content_hash of every file, archiver and zip compute neither; \`read and hash only\` is the floor below it, without compressing.`,
    'To repeat: `npm run bench` (everything, and this page), `npm run bench -- tiny job` (some parts, printed only), `npm run bench -- cases --rounds 5`.',
    ...parts.map(section),
  ].join('\n\n');
}

export function section({ title, text, columns, rows, targets }: Part): string {
  return [
    `## ${title}`,
    text,
    table(columns, rows),
    table(
      ['target', 'wanted', 'measured', ''],
      targets.map(({ what, wanted, measured, isReached }) => [
        what,
        wanted,
        measured,
        isReached ? 'reached' : 'missed',
      ]),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

export function verdict(targets: readonly Target[]): string {
  const missed = targets.filter(({ isReached }) => !isReached).length;
  return missed === 0
    ? `All ${targets.length} targets are reached.`
    : `${missed} of ${targets.length} targets are missed.`;
}

/** The first column is text, the others are numbers. */
function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}
