import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { exitCodesPage } from './exit-codes-page.ts';
import { policyPage } from './policy-page.ts';

/** Writes the pages that follow from the code; with --check it only compares, and names the ones that are stale. */
const GENERATED: Readonly<Record<string, () => string>> = {
  'docs/policy.md': policyPage,
  'docs/exit-codes.md': exitCodesPage,
};

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const stale: string[] = [];
for (const [path, page] of Object.entries(GENERATED)) {
  const file = new URL(`../${path}`, import.meta.url);
  const wanted = page();
  if (wanted === textOf(file)) continue;
  stale.push(path);
  if (!values.check) writeFileSync(file, wanted);
}

if (!values.check)
  console.log(stale.length === 0 ? 'generate: nothing had changed' : `generate: wrote ${stale.join(', ')}`);
else if (stale.length > 0) {
  console.error(`${stale.join(' and ')} ${stale.length > 1 ? 'are' : 'is'} stale; run npm run generate`);
  process.exitCode = 1;
}

function textOf(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
