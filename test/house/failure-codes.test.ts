import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the compiler says of a source that lies within the repository, as `npm run check` would. */
function compiled(source: string): string {
  const folder = mkdtempSync(join(root, 'test/house/.compiled-'));
  try {
    writeFileSync(join(folder, 'source.ts'), source);
    const config = { extends: '../../../tsconfig.json', include: ['source.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    return spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a failure code that is not in the table does not compile', () => {
  const failure = (code: string): string =>
    `import { Failure } from '../../../src/host/errors.ts';\nexport const failure = new Failure('${code}', 'a sentence');\n`;
  assert.equal(compiled(failure('NoSpace')), '');
  assert.match(compiled(failure('NoSpaec')), /"NoSpaec"' is not assignable to parameter of type 'FailureCode'/);
});
