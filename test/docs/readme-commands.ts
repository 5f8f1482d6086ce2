import { readFileSync } from 'node:fs';

/** The commands of README's part about Kubernetes, in their order, each on one line. */
export function readmeCommands(): string[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const section = readme.slice(readme.indexOf('## Run it in Kubernetes'), readme.indexOf('## Commands'));
  return [...section.matchAll(/^ *```sh\n(.*?)^ *```$/gms)]
    .flatMap(([, text = '']) => text.replaceAll(/\\\n/g, ' ').split('\n'))
    .map((line) => line.trim().replaceAll(/ +/g, ' '))
    .filter((line) => line !== '');
}
