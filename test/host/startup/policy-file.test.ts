import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../../src/host/errors.ts';
import { parsePolicy, readPolicy } from '../../../src/host/startup/policy-file.ts';
import { directorySpec, policyOf } from '../../cli/policy-file.ts';

const policy = JSON.stringify(policyOf(directorySpec('/mnt/office/CASES', '/mnt/backups')));
const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: { name: dropbox }\n';
const NONE = 'policy.yaml holds no object of kind CaseBackupPolicy';

const ACCEPTED: Readonly<Record<string, string>> = {
  JSON: policy,
  'an object beside the policy': `${SECRET}---\n${policy}\n`,
  'empty documents around the policy': `---\n---\n${policy}\n---\n`,
  'comments and an anchor': `# ours
apiVersion: casebackup.io/v1alpha1
kind: CaseBackupPolicy
metadata: { name: &name nightly, labels: { app: *name } }
spec:
  source: { directory: { path: /mnt/office/CASES } }
  destination: { directory: { path: /mnt/backups } }
`,
};

for (const [what, text] of Object.entries(ACCEPTED)) {
  test(`a file with ${what} is read`, () => {
    assert.equal(parsePolicy(text, 'policy.yaml').metadata.name, 'nightly');
  });
}

const TOO_DEEP = 'nests more than 50 levels deep';

type Refusal = readonly [text: string, code: string, message: string];

const REFUSED: Readonly<Record<string, Refusal>> = {
  'nothing in it': ['', 'PolicyMissing', NONE],
  'only comments in it': ['# nothing yet\n', 'PolicyMissing', NONE],
  'two other objects': [`${SECRET}---\n${SECRET}`, 'PolicyMissing', NONE],
  'one other object': [SECRET, 'PolicyMissing', NONE],
  'two policies': [`${policy}\n---\n${policy}`, 'PolicyAmbiguous', 'policy.yaml holds 2 policies, a run takes one'],
  'a list': [`- ${policy}`, 'PolicyInvalid', 'policy.yaml: the policy must be a group of fields, not a list'],
  'a sentence': ['back up everything', 'PolicyMissing', 'policy.yaml holds plain text and no policy'],
  'an indentation by tabs': [
    'spec:\n\tsource: {}',
    'PolicyUnreadable',
    'policy.yaml: Tabs are not allowed as indentation at line 2, column 1',
  ],
  'a key that comes twice': [
    'kind: CaseBackupPolicy\nkind: CaseBackupPolicy',
    'PolicyUnreadable',
    'policy.yaml: the key kind stands twice in one group, again at line 2, column 1',
  ],
  'an alias without its anchor': [
    'kind: CaseBackupPolicy\nspec: *ours\n',
    'PolicyUnreadable',
    'policy.yaml: the alias *ours at line 2 has no anchor &ours in front of it',
  ],
  'such an alias in an object beside the policy': [
    `${policy}\n---\na: &x 1\nb: *y\n`,
    'PolicyUnreadable',
    'policy.yaml: the alias *y at line 4 has no anchor &y in front of it',
  ],
  'an alias within what it stands for': [
    'kind: CaseBackupPolicy\nspec: &spec\n  source: { directory: *spec }\n',
    'PolicyUnreadable',
    'policy.yaml: the alias *spec at line 3 stands within what it stands for',
  ],
  'aliases that unfold to millions of values': [
    Array.from({ length: 12 }, (_, i) => `a${i}: &a${i} [${`*a${i - 1}, `.repeat(i === 0 ? 0 : 4)}1]\n`).join(''),
    'PolicyUnreadable',
    'policy.yaml: Excessive alias count indicates a resource exhaustion attack',
  ],
  '101 aliases': [
    `a: &a 1\nb: [${'*a, '.repeat(101)}]\n`,
    'PolicyUnreadable',
    'policy.yaml: has more than 100 aliases',
  ],
  '100,000 aliases': [
    `a: &a 1\nb: [${'*a, '.repeat(100_000)}]\n`,
    'PolicyUnreadable',
    'policy.yaml: has more than 100 aliases',
  ],
  '100,000 keys': [
    Array.from({ length: 100_000 }, (_, i) => `k${i}: 1\n`).join(''),
    'PolicyUnreadable',
    'policy.yaml: has more than 50000 words and signs',
  ],
  'a list of 300,000 items': [
    `a: [${'1,'.repeat(300_000)}]`,
    'PolicyUnreadable',
    'policy.yaml: has more than 50000 words and signs',
  ],
  'lists in lists, 51 deep': [`a: ${'['.repeat(50)}${']'.repeat(50)}`, 'PolicyUnreadable', `policy.yaml: ${TOO_DEEP}`],
  'lists in lists, 5,000 deep': [
    `a: ${'['.repeat(5000)}${']'.repeat(5000)}`,
    'PolicyUnreadable',
    `policy.yaml: ${TOO_DEEP}`,
  ],
  'lists in lists, by dashes': ['- '.repeat(10_000), 'PolicyUnreadable', `policy.yaml: ${TOO_DEEP}`],
  'maps in maps, 5,000 deep': [
    `a: ${'{a: '.repeat(5000)}1${'}'.repeat(5000)}`,
    'PolicyUnreadable',
    `policy.yaml: ${TOO_DEEP}`,
  ],
  'a fault in its second document': [
    `${policy}\n---\na: [`,
    'PolicyUnreadable',
    'policy.yaml: Flow sequence in block collection must be sufficiently indented and end with a ] at line 3, column 5',
  ],
};

for (const [what, [text, code, message]] of Object.entries(REFUSED)) {
  test(`a file with ${what} is refused as ${code}`, () => {
    assert.deepEqual(
      refusalOf(() => parsePolicy(text, 'policy.yaml')),
      ['configuration', code, message],
    );
  });
}

test('a file is read no further than a policy can be long', { timeout: 20_000 }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'policy-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'big.yaml');
  writeFileSync(path, policy.padEnd(1024 * 1024));
  assert.equal(readPolicy(path, {}).metadata.name, 'nightly');
  writeFileSync(path, policy.padEnd(1024 * 1024 + 1));
  for (const file of [path, '/dev/zero'])
    assert.deepEqual(
      refusalOf(() => readPolicy(file, {})),
      ['configuration', 'PolicyUnreadable', `the policy file ${file} has more than 1 MiB`],
    );
});

test('the file after -f wins over CASE_BACKUP_POLICY, which is named where it is wrong', () => {
  const env = { CASE_BACKUP_POLICY: policy };
  assert.equal(readPolicy(undefined, env).metadata.name, 'nightly');
  assert.deepEqual(
    refusalOf(() => readPolicy('/nowhere/policy.yaml', env)),
    ['configuration', 'PolicyUnreadable', 'the policy file /nowhere/policy.yaml does not exist'],
  );
  assert.deepEqual(
    refusalOf(() => readPolicy(undefined, { CASE_BACKUP_POLICY: 'kind: Secret' })),
    ['configuration', 'PolicyMissing', 'CASE_BACKUP_POLICY holds no object of kind CaseBackupPolicy'],
  );
  assert.deepEqual(
    refusalOf(() => readPolicy(undefined, {})),
    ['configuration', 'PolicyMissing', 'no policy is given'],
  );
});

/** Exit, code and message of the Failure that must be thrown, with a hint. */
function refusalOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    assert.ok((error.hint ?? '').length > 5);
    return [error.exit, error.code, error.message];
  }
  return assert.fail('it was taken');
}
