import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { caseContents } from '../../src/repository/case-entries.ts';
import { readFileLines } from '../../src/repository/file-lines.ts';
import { type BackupFile, openBackup } from '../../src/repository/open-backup.ts';
import { readDirectory } from '../../src/zip/read/directory.ts';
import { filesBelow, unzippedBytes } from '../night/truth.ts';
import { type Desk, openDesk } from './in-process.ts';

/** Names that some computer can't have, takes for another one, or reads as something else. */
const AWKWARD = [
  'CON',
  'nul.txt',
  'a:b?.txt',
  'back\\slash',
  'dot.',
  'space ',
  ' ',
  '100%',
  '%41',
  'A',
  'a',
  '~1',
  'a ~2',
  '-rf',
  '*',
  'é',
  'e\u0301',
  'straße',
  'STRASSE',
  'ﬁ',
  'İ',
  'שלום.docx',
  '📁',
  '\u202egnp.exe',
  'line\nbreak',
  '\u0007',
  `${'x'.repeat(250)}.pdf`,
  'ü'.repeat(127),
  ':'.repeat(200),
  'SHA256SUMS',
  'manifest.json',
  '.hidden',
];

const name = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((text) => !/[/\0]|^\.\.?$/.test(text) && Buffer.byteLength(text) < 200),
);

const content = fc.oneof(
  fc.constant(Buffer.alloc(0)),
  fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 1, max: 5_000_000 }).map((size) => Buffer.alloc(size, 'Dear client, ')),
);

type Node = { readonly name: string } & ({ readonly content: Buffer } | { readonly children: readonly Node[] });

const { folder } = fc.letrec<{ folder: Node; node: Node }>((tie) => ({
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.record({ name, content }), tie('folder')),
  folder: fc.record({ name, children: fc.uniqueArray(tie('node'), { maxLength: 6, selector: (child) => child.name }) }),
}));

const tree = fc.uniqueArray(folder, { minLength: 1, maxLength: 4, selector: (child) => child.name });

/** From before ZIP's own epoch of 1980 to beyond 2038. */
const seconds = fc.integer({ min: 1, max: 4_000_000_000 });

test('What is in a backup is the tree: every file, name, content, time and empty folder', {
  timeout: 300_000,
}, async (t) => {
  let files = 0;
  await fc.assert(
    fc.asyncProperty(tree, seconds, async (nodes, modified) => {
      using desk = openDesk();
      plant(desk.source, nodes, modified);
      files += await assertIdentity(desk);
    }),
    { numRuns: 25 },
  );
  t.diagnostic(`25 trees with ${files} files`);
});

function plant(folderPath: string, nodes: readonly Node[], modified: number): void {
  for (const node of nodes) {
    const path = join(folderPath, node.name);
    if ('children' in node) {
      mkdirSync(path);
      plant(path, node.children, modified);
    } else {
      writeFileSync(path, node.content);
      utimesSync(path, modified, modified);
    }
  }
}

async function assertIdentity({ source, backUp }: Desk): Promise<number> {
  const report = await backUp();
  assert.equal(report.result, 'Succeeded', report.message);
  const bytes = readFileSync(report.backup?.path ?? '');
  const backup = await openBackup(
    async (offset, length) => bytes.subarray(offset, offset + length),
    bytes.length,
    'it',
  );
  const extracted = unzippedBytes(bytes);
  const restored = new Map<string, string | undefined>();
  for await (const line of readFileLines(backup, () => undefined)) {
    assert.ok('archive' in line);
    restored.set(line.path, extracted.get(line.archive.slice('CASES/'.length)));
    assert.equal(Date.parse(line.modified) / 1000, Math.floor(statSync(join(source, line.path)).mtimeMs / 1000));
  }
  const originals = filesBelow(source);
  assert.deepEqual(new Map([...restored].sort()), new Map([...originals].sort()));
  assert.equal(extracted.size, originals.size);

  await assertCases(backup, originals);

  let emptyFolders = 0;
  for await (const entry of readDirectory(backup.zip)) if (entry.name.endsWith('/')) emptyFolders += 1;
  assert.equal(emptyFolders, emptyFoldersBelow(source).length);
  return originals.size;
}

/** Each case, read by its place alone, holds the files that are below its folder in the source. */
async function assertCases(backup: BackupFile, originals: ReadonlyMap<string, string>): Promise<void> {
  for (const one of backup.manifest.cases) {
    const sums: string[] = [];
    for await (const { entry, content } of caseContents(backup, one)) {
      const hash = createHash('sha256');
      for await (const chunk of content) hash.update(chunk);
      if (!entry.name.endsWith('/')) sums.push(hash.digest('hex'));
    }
    const expected = [...originals].filter(([path]) => path.startsWith(`${one.name}/`)).map(([, sum]) => sum);
    assert.deepEqual(sums.sort(), expected.sort());
  }
}

function emptyFoldersBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readdirSync(path).length === 0)
    .map((path) => relative(root, path));
}
