import { readFileSync } from 'node:fs';
import { commandBlocks } from './written-commands.ts';

/** The commands of README's part about Kubernetes, in their order, each on one line. */
export function readmeCommands(): string[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  return commandBlocks(readme.slice(readme.indexOf('## Run it in Kubernetes'), readme.indexOf('## Commands'))).flat();
}
