import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tool } from '../tools/tools.ts';
import { CHART } from './helm.ts';

export const README = join(CHART, 'README.md');

/** charts/case-backup/README.md as helm-docs makes it of README.md.gotmpl and the comments in values.yaml. */
export async function readme(): Promise<string> {
  const args = ['--chart-search-root', CHART, '--sort-values-order', 'file', '--dry-run', '--log-level', 'error'];
  const { stdout } = await promisify(execFile)(await tool('helm-docs'), args);
  return `${stdout.trim()}\n`;
}

if (import.meta.main) writeFileSync(README, await readme());
