import { machine } from './machine.ts';
import type { Part } from './part.ts';

/**
 * RESULTS.md after some parts were measured: their sections in place of those that it has of them, the others as they are,
 * each with the day and the machine that its figures belong to.
 */
export function resultsPage(before: string, parts: readonly Part[], date: Date): string {
  const measured = `Measured on ${date.toISOString().slice(0, 10)}: ${machine()}.`;
  const sections = new Map(sectionsOf(before).map((text) => [titleOf(text), text]));
  for (const part of parts) sections.set(part.title, section({ ...part, text: `${part.text} ${measured}` }));
  const all = [...sections.values()];
  const count = (word: string): number => all.join('').split(`| ${word} |`).length - 1;
  return [
    '# Benchmark results',
    `${verdict(count('missed'), count('missed') + count('reached'))} MB are 10⁶ bytes of input, MiB 2²⁰; CPU is user and system time; peak is the largest resident size of the process. Each run is a fresh process, the page cache is warm, the contestants take turns. Their archives go nowhere while they are measured; once each of them was written to a file and read back by \`unzip -t\`, and has every file. \`case-backup\` deflates at level 4, leaves what does not shrink, uses all processors, and computes SHA-256 and content_hash of every file; the others compute neither. \`archiver, stored\` and \`zip -6 -n\` leave what its suffix says is compressed (the list is ours, and PDF); those without deflate everything, as most people call them. \`7z -mmt2\` writes a ZIP with two threads. \`read and hash only\` is the floor below ours, without compressing.`,
    'A night goes over a line that is modelled on loopback (bench/line): round trip, a rate each way that all share, the rate of a connection, slow start, a round trip each for TCP and TLS. *pipe* is the share of what could have passed: from start to exit, and from the first to the last byte of the files that arrived. "rclone" is `rclone copy` with 16 transfers, then `zip` and `rclone copyto`, or `restic backup` over its rclone backend. Between two nights one file in fifty changes; `rclone copy` and restic keep the copy and the repository of the night before, `backup-job` keeps nothing and reads everything again. It alone reads back what it has stored. Calls and bytes are those within TLS; stored is what the account holds more afterwards.',
    'To repeat: `npm run bench` (everything), `npm run bench -- tiny job` (these sections of this page), `npm run bench -- night --only far --rounds 1` (printed only); `npm run bench -- --help`.',
    ...all,
  ].join('\n\n');
}

const sectionsOf = (page: string): string[] =>
  page
    .split(/^(?=## )/m)
    .slice(1)
    .map((text) => `${text.trimEnd()}\n`);

const titleOf = (text: string): string => /^## (.*)$/m.exec(text)?.[1] ?? '';

export function section({ title, text, columns, rows, targets, worse }: Part): string {
  return [
    `## ${title}`,
    text,
    table(columns, rows),
    targets.length > 0
      ? table(
          ['target', 'wanted', 'measured', ''],
          targets.map(({ what, wanted, measured, isReached }) => [
            what,
            wanted,
            measured,
            isReached ? 'reached' : 'missed',
          ]),
        )
      : '',
    worse.length > 0 ? `**Where ours is behind:** ${worse.join('; ')}.` : '',
  ]
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
    .concat('\n');
}

export const verdict = (missed: number, all: number): string => {
  if (all === 0) return 'Nothing had a target.';
  return missed === 0 ? `All ${all} targets are reached.` : `${missed} of ${all} targets are missed.`;
};

/** The first column is text, the others are numbers. */
function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}
