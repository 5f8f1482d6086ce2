import { readFileSync } from 'node:fs';

const DOCKERFILE = new URL('../Dockerfile', import.meta.url);

/** What the image sets for both programs, so that they are measured as they run: the ENV lines of the Dockerfile. */
export function imageEnvironment(): Readonly<Record<string, string>> {
  const lines = readFileSync(DOCKERFILE, 'utf8').matchAll(/^ENV (\w+)=(\S+)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}
