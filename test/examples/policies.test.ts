import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Policy, type PolicySpec, policySpecSchema } from '../../src/api/policy.ts';
import { parsePolicy } from '../../src/host/startup/policy-file.ts';
import { dropboxSpec, policyOf } from '../cli/policy-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');
const example = (path: string): Policy => parsePolicy(read(path), path);

/** Needed only where the source is no Dropbox and the destination is. */
const ONLY_MIXED = 'destination.dropbox.credentialsSecretRef';
/** Names nodes and classes of one cluster: a pod of an example that stated them would start in no other. */
const OF_ONE_CLUSTER = 'job.pod.';

const files = globSync('examples/*.yaml', { cwd: root }).sort();

/** Every ```yaml block of the pages that holds a policy. */
const blocks = ['README.md', ...globSync('docs/**/*.md', { cwd: root }).sort()].flatMap((page) =>
  [...read(page).matchAll(/^ *```yaml\n(.*?)^ *```$/gms)]
    .map(([, text = '']) => text)
    .filter((text) => text.includes('kind: CaseBackupPolicy'))
    .map((text) => ({ page, text })),
);

test('there are two examples, and the README shows a policy', () => {
  assert.deepEqual(files, ['examples/policy-directory.yaml', 'examples/policy-dropbox.yaml']);
  assert.ok(blocks.some(({ page }) => page === 'README.md'));
});

for (const path of files) {
  test(`${path} is a policy`, () => {
    assert.equal(example(path).kind, 'CaseBackupPolicy');
  });
}

for (const { page, text } of blocks) {
  test(`the policy in ${page} is one`, () => {
    assert.equal(parsePolicy(text, page).kind, 'CaseBackupPolicy');
  });
}

for (const kind of ['directory', 'dropbox']) {
  test(`examples/policy-${kind}.yaml has every field that there is for a ${kind}`, () => {
    const there = namedIn(parse(read(`examples/policy-${kind}.yaml`)).spec);
    const wanted = fieldsOf(z.toJSONSchema(policySpecSchema, { io: 'input' }) as Schema).filter((field) => {
      const [, store] = /^(?:source|destination)\.(dropbox|directory)\./.exec(field) ?? [];
      const isElsewhere = [ONLY_MIXED, OF_ONE_CLUSTER].some((prefix) => field.startsWith(prefix));
      return (store === undefined || store === kind) && !isElsewhere;
    });
    assert.ok(wanted.length > 25, `${wanted.length} fields are too few`);
    assert.deepEqual(
      wanted.filter((field) => !there.has(field)),
      [],
    );
  });
}

test('the Dropbox example spells out the defaults', () => {
  const withoutOptional = ({ logStore: _, source, job, verification, ...spec }: PolicySpec): object => {
    const [{ resources: __, ...jobs }, { fullEvery: ___, ...checks }] = [job, verification];
    return { ...spec, source: { ...source, exclude: [] }, job: jobs, verification: checks };
  };
  const minimal = parsePolicy(JSON.stringify(policyOf(dropboxSpec())), 'minimal');
  assert.deepEqual(withoutOptional(example('examples/policy-dropbox.yaml').spec), withoutOptional(minimal.spec));
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** `retention.keepDays`: every field that holds a value of its own. */
function fieldsOf({ properties = {} }: Schema, path: readonly string[] = []): string[] {
  return Object.entries(properties).flatMap(([name, field]) =>
    field.properties ? fieldsOf(field, [...path, name]) : [[...path, name].join('.')],
  );
}

/** The same names of what a file says, with those of all folders on the way. */
function namedIn(value: unknown, path: readonly string[] = []): Set<string> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const below = isObject ? Object.entries(value).flatMap(([name, part]) => [...namedIn(part, [...path, name])]) : [];
  return new Set([path.join('.'), ...below]);
}
