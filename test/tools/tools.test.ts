import { it } from 'node:test';
import { startsAsItsVersion } from './starts.ts';

/** The tools that npm test needs; `node --test test/tools/every-tool.ts` builds and starts the others too. */
for (const name of ['helm4', 'helm-docs', 'kubeconform'] as const)
  it(`${name} starts and is of the version that its go.mod names`, () => startsAsItsVersion(name));
