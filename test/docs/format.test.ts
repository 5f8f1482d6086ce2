import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { z } from 'zod';
import { decodeName, encodeName } from '../../src/backup/listing/archive-names.ts';
import { fileLineSchema, manifestSchema } from '../../src/repository/manifest.ts';
import { recordSchema } from '../../src/repository/record.ts';

const page = readFileSync(new URL('../../docs/format.md', import.meta.url), 'utf8');

const sections = new Map(
  page.split(/^## /m).map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
);

function section(heading: string): string {
  return sections.get(heading) ?? assert.fail(`there is no "## ${heading}"`);
}

function block(heading: string, language: string): string {
  const [, text] = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(section(heading)) ?? [];
  return text ?? assert.fail(`"## ${heading}" has no ${language} block`);
}

/** First cell of each row of the section's table of fields. */
const described = (heading: string): string[] =>
  [...section(heading).matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name);

const fieldsOf = ({ shape }: { readonly shape: object }): string[] => Object.keys(shape);

/** Parses and refuses what the schema would silently drop: an example must not show a field that does not exist. */
function assertExact(schema: z.ZodType, example: unknown): void {
  assert.deepEqual(schema.parse(example), example);
}

test('the manifest of the page is one, and shows and explains every field that there is', () => {
  const example = JSON.parse(block('manifest.json', 'json'));
  assertExact(manifestSchema, example);
  assert.deepEqual(Object.keys(example), fieldsOf(manifestSchema));
  assert.deepEqual(described('manifest.json'), fieldsOf(manifestSchema));
  const [row = ''] = /^\| `cases` \|.*$/m.exec(section('manifest.json')) ?? [];
  for (const field of fieldsOf(manifestSchema.shape.cases.element)) assert.match(row, new RegExp(`\`${field}\``));
});

test('every field of the place of a case is explained', () => {
  assert.deepEqual(described('Reading one case'), fieldsOf(manifestSchema.shape.cases.element.shape.at));
});

test('the lines of files.jsonl on the page are such lines, and every field is explained', () => {
  for (const line of block('files.jsonl', 'jsonl').trimEnd().split('\n')) assertExact(fileLineSchema, JSON.parse(line));
  const fields = new Set(fileLineSchema.options.flatMap((option) => fieldsOf(option)));
  assert.deepEqual(described('files.jsonl').sort(), [...fields].sort());
});

test('the run record on the page is one, and every field is explained', () => {
  const heading = 'What lies beside the backups';
  assertExact(recordSchema, JSON.parse(block(heading, 'json')));
  assert.deepEqual(described(heading).sort(), fieldsOf(recordSchema).sort());
});

test('the names on the page are changed as it says, and back', () => {
  const rows = [...section('Names').matchAll(/^\| `(.+)` \| `(.+)` \|$/gm)];
  assert.ok(rows.length >= 5);
  for (const [, original = '', archived] of rows) {
    assert.equal(encodeName(original), archived);
    assert.equal(decodeName(archived ?? ''), original);
  }
});
