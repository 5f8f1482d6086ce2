import { it } from 'node:test';
import { startsAsItsVersion } from './starts.ts';
import { TOOL_NAMES } from './tools.ts';

/** `node --test test/tools/every-tool.ts`: for who raises a version, also of a tool that only npm run e2e needs. */
for (const name of TOOL_NAMES)
  it(`${name} starts and is of the version that its go.mod names`, () => startsAsItsVersion(name));
