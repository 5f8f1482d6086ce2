import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'e2e.md');
const HEAD = ['| alert | cause | `for` | s to alert | cure | s to its end | seen |', '|---|---|---|---|---|---|---|'];

export interface Seen {
  readonly alert: string;
  readonly cause: string;
  readonly cure: string;
  /** The chart's `for`, and the one of this run. */
  readonly patience: string;
  readonly secondsToAlert: number;
  readonly secondsToEnd: number;
}

/** Writes what was seen into the table of docs/e2e.md, where each alert has one row: the newest. */
export function record({ alert, cause, cure, patience, secondsToAlert, secondsToEnd }: Seen): void {
  const lines = readFileSync(PAGE, 'utf8').split('\n');
  const start = lines.indexOf(HEAD[0] ?? '') + HEAD.length;
  if (start < HEAD.length) throw new Error('docs/e2e.md has no table of alerts');
  const end = lines.findIndex((line, index) => index >= start && !line.startsWith('| '));
  const day = new Date().toISOString().slice(0, 10);
  const row = `| ${alert} | ${cause} | ${patience} | ${secondsToAlert} | ${cure} | ${secondsToEnd} | ${day} |`;
  const others = lines.slice(start, end).filter((line) => !line.startsWith(`| ${alert} |`));
  lines.splice(start, end - start, ...[...others, row].sort());
  writeFileSync(PAGE, lines.join('\n'));
}
