import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tool } from './tools.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('actionlint finds nothing wrong with the workflows', async () => {
  const files = globSync('.github/workflows/*.yaml', { cwd: root });
  assert.ok(files.length > 0);
  // What it would ask, where they happen to be installed.
  const { status, stdout, stderr } = spawnSync(await tool('actionlint'), ['-shellcheck=', '-pyflakes=', ...files], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(status, 0, `${stdout}${stderr}`);
});
