import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Prometheus' own engine, without a server: promtool's clock begins in 1970, so now is a day of that year. */
const HALF_DAYS = 80;
export const NOW = new Date(HALF_DAYS * 12 * 3_600_000);

interface Heard {
  /** Lines of a /metrics page as they are now. */
  readonly now?: readonly string[];
  /** Lines that came half a day ago for the last time. */
  readonly before?: readonly string[];
}

interface Answer {
  readonly labels: string;
  readonly value: number;
}

/** '' where the query has exactly these answers, else promtool's words. */
export function faultOf(query: string, { now = [], before = [] }: Heard, answers: readonly Answer[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-promtool-'));
  const file = join(folder, 'query.json');
  const test = {
    interval: '12h',
    input_series: [
      ...now.map((line) => sampleAt(HALF_DAYS, line)),
      ...before.map((line) => sampleAt(HALF_DAYS - 1, line)),
    ],
    promql_expr_test: [{ expr: query, eval_time: `${HALF_DAYS * 12}h`, exp_samples: answers }],
  };
  writeFileSync(file, JSON.stringify({ rule_files: [], evaluation_interval: '12h', tests: [test] }));
  const { stdout, stderr, status, error } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return status === 0 ? '' : (error?.message ?? `${stdout}${stderr}`);
}

function sampleAt(step: number, line: string): { readonly series: string; readonly values: string } {
  const cut = line.lastIndexOf(' ');
  return { series: line.slice(0, cut), values: `_x${step} ${line.slice(cut + 1)}` };
}
