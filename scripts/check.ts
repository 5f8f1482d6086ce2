import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** `npm run check`: everything about the sources that needs no running program, in the order of how fast it fails. */
const root = fileURLToPath(new URL('..', import.meta.url));
const tool = (name: string): string => `${root}node_modules/.bin/${name}`;

const steps: readonly (readonly [what: string, command: string, ...args: string[]])[] = [
  ['format and lint', tool('biome'), 'check', '--error-on-warnings'],
  ['import rules', process.execPath, 'scripts/import-rules.ts'],
  ['types', tool('tsc'), '-p', '.'],
  ['generated files', process.execPath, 'scripts/generate.ts', '--check'],
];

for (const [what, command, ...args] of steps) {
  const start = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (status !== 0) {
    console.error(`check: ${what} FAILED (${seconds} s)\n${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`);
    process.exit(1);
  }
  console.log(`check: ${what} ok (${seconds} s)`);
}
console.log(`check: ${steps.length} steps passed`);
