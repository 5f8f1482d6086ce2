import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { neededBuilds } from './needed-builds.ts';

const folder = mkdtempSync(join(tmpdir(), 'case-backup-needed-builds-'));
after(() => rmSync(folder, { recursive: true }));

const SOURCES = {
  'test/plain.test.ts': "import { readFileSync } from 'node:fs';\n",
  'test/debian.test.ts': "spawnSync('promtool', ['check']);\n",
  'test/far.test.ts': "import { near } from './deep/near.ts';\n",
  'test/deep/near.ts': "import '../deeper.ts';\nawait tool('kubeconform');\n",
  'test/deeper.ts': "import './deep/near.ts';\nawait kubernetesBinary();\n",
};
for (const [path, text] of Object.entries(SOURCES)) {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const namesOf = (files: readonly string[], root = folder): string[] =>
  neededBuilds(files, root).map(({ name }) => name);

it('a test file needs what it imports asks for, at whatever distance', () => {
  assert.deepEqual(namesOf(['test/plain.test.ts', 'test/debian.test.ts']), []);
  assert.deepEqual(namesOf(['test/plain.test.ts', 'test/far.test.ts']), ['kubernetes', 'kubeconform']);
});

it('the tests of the controller need the Kubernetes of the tests, and those of the archive nothing', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  assert.ok(namesOf(['test/controller/policy.test.ts'], root).includes('kubernetes'));
  assert.deepEqual(namesOf(['test/repository/names.test.ts'], root), []);
});
