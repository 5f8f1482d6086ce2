import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');
const pages = globSync('docs/runbooks/*.md', { cwd: root }).sort();

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const crd = parse(read('charts/case-backup/files/crds/casebackup.io_casebackuppolicies.yaml')) as {
  spec: { versions: [{ schema: { openAPIV3Schema: Schema } }] };
};
const policy: Schema = crd.spec.versions[0].schema.openAPIV3Schema;

/** What lies at a path like `.status.history[*].files`; undefined where the CRD has nothing. */
const below = (schema: Schema, path: string): Schema | undefined =>
  path
    .replace(/\[[^\]]*\]/g, '')
    .split('.')
    .slice(1)
    .reduce<Schema | undefined>((at, field) => (at?.items ?? at)?.properties?.[field], schema);

/** The paths of a jsonpath template that lead nowhere; what stands in a range is read from its items. */
function lostIn(template: string): string[] {
  const lost: string[] = [];
  const bases: (Schema | undefined)[] = [policy];
  for (const [, word = ''] of template.matchAll(/\{([^}]*)\}/g)) {
    const [, range, path] = /^(range )?(\..*)$/.exec(word) ?? [];
    if (word === 'end') bases.pop();
    if (path === undefined) continue;
    const base = bases.at(-1);
    const isEach = path === '.items[*]';
    const found = isEach ? policy : base && below(base, path);
    const isMetadata = path.startsWith('.metadata.');
    if (found === undefined && !isMetadata) lost.push(path);
    if (range !== undefined) bases.push(found);
  }
  return lost;
}

describe('The runbooks', () => {
  it('ask a policy for nothing that it does not have', () => {
    const templates = pages.flatMap((page) =>
      [...read(page).matchAll(/kubectl get cbp .*-o jsonpath='([^']*)'/g)].map(([, template = '']) => ({
        page,
        template,
      })),
    );
    assert.ok(templates.length > 15);
    assert.deepEqual(
      templates.flatMap(({ page, template }) => lostIn(template).map((path) => `${page}: ${path}`)),
      [],
    );
    assert.deepEqual(lostIn('{range .status.history[*]}{.files}{.cats}{end}{.status.dogs}'), ['.cats', '.status.dogs']);
  });

  it('name no field of a policy that there is not', () => {
    const fields = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:spec|status)(?:\.[a-zA-Z]+)+)/g)].map(([, path = '']) => ({ page, path })),
    );
    assert.ok(fields.length > 10);
    assert.deepEqual(
      fields.filter(({ path }) => below(policy, `.${path}`) === undefined).map(({ page, path }) => `${page}: ${path}`),
      [],
    );
  });

  it('call no command that there is not', () => {
    const commands = pages.flatMap((page) =>
      [...read(page).matchAll(/\bbackup-job ([a-z]+)\b/g)].map(([, name]) => name),
    );
    const isThere = (name: string | undefined): boolean =>
      ['run', 'verify', 'list', 'prune', 'config'].includes(name ?? '');
    assert.ok(commands.length > 15);
    assert.deepEqual(
      commands.filter((name) => !isThere(name)),
      [],
    );
  });
});
