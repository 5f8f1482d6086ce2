import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Metadata, toEntry } from '../../src/store/dropbox/entries.ts';
import { exportExtension, exportFormat } from '../../src/store/dropbox/export-format.ts';
import { pathsBelow } from '../../src/store/dropbox/paths.ts';

const paths = pathsBelow('/CASES');

function fileMetadata(change: object): Metadata {
  const file = {
    '.tag': 'file',
    name: 'Brief.pdf',
    path_lower: '/cases/a/brief.pdf',
    path_display: '/cases/A/Brief.pdf',
    id: 'id:a4ayc_80_OEAAAAAAAAAXw',
    client_modified: '2026-01-02T03:04:05Z',
    server_modified: '2026-01-02T03:04:06Z',
    rev: '0123456789abcdef',
    size: 7,
    is_downloadable: true,
    content_hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  } as const;
  return { ...file, ...change };
}

const unusable = (change: object): unknown => {
  const entry = toEntry(fileMetadata(change), paths);
  return entry.kind === 'unusable' ? [entry.path, entry.reason] : entry;
};

test('a file without path_lower, path_display or content_hash is still a file', () => {
  const { path_lower, content_hash, ...bare } = fileMetadata({}) as unknown as Record<string, unknown>;
  assert.equal(typeof path_lower, 'string');
  assert.equal(typeof content_hash, 'string');
  const entry = toEntry(bare as unknown as Metadata, paths);
  assert.deepEqual(entry.kind === 'file' && [entry.key, entry.path, entry.contentHash], [
    'a/brief.pdf',
    'A/Brief.pdf',
    undefined,
  ]);
});

const withoutPaths = (change: object): Metadata => {
  const { path_lower: _, path_display: __, ...bare } = fileMetadata(change) as unknown as Record<string, unknown>;
  return bare as unknown as Metadata;
};

test('files without any path do not take the place of each other, nor of one that has its path', () => {
  const change = { name: 'Brief.pdf', path_lower: '/cases/brief.pdf', path_display: '/CASES/Brief.pdf' };
  const all = [withoutPaths({ id: 'id:one' }), withoutPaths({ id: 'id:two' }), fileMetadata(change)];
  const entries = all.map((metadata) => toEntry(metadata, paths));
  assert.equal(new Set(entries.map(({ key }) => key)).size, 3);
  assert.deepEqual(
    entries.map((entry) => entry.kind === 'file' && entry.path),
    ['Brief.pdf', 'Brief.pdf', 'Brief.pdf'],
  );
});

test('a deletion without any path removes nothing that has one', () => {
  const entry = toEntry(withoutPaths({ '.tag': 'deleted' }), paths);
  assert.notEqual(entry.key, 'brief.pdf');
});

test('a key is NFC however the name was composed', () => {
  const entry = toEntry(fileMetadata({ path_lower: '/cases/a/mu\u0308ller.pdf' }), paths);
  assert.equal(entry.key, 'a/m\u00fcller.pdf');
});

test('a name with a lone surrogate is unusable and shown escaped', () => {
  const name = 'a\ud800.pdf';
  const change = { name, path_lower: `/cases/a/${name}`, path_display: `/cases/A/${name}` };
  assert.deepEqual(unusable(change), ['A/a\\ud800.pdf', 'invalid_name']);
});

test('a kind that the API does not have yet is accounted for as unreadable', () => {
  assert.deepEqual(unusable({ '.tag': 'hologram' }), ['A/Brief.pdf', 'unreadable']);
});

for (const [said, modified] of [
  ['soon', '2026-11-02T12:00:00.000Z'],
  ['12000-01-01T00:00:00Z', '2026-11-02T12:00:00.000Z'],
  ['+012000-01-01T00:00:00Z', '9999-12-31T23:59:59.000Z'],
  ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
] as const) {
  test(`a file of the time ${said} has the nearest that a file can have, and says what was said`, () => {
    const times = { client_modified: said, server_modified: '2026-11-02T12:00:00Z' };
    const entry = toEntry(fileMetadata(times), paths);
    assert.ok(entry.kind === 'file');
    assert.deepEqual([entry.modified.toISOString(), entry.modifiedAsStored], [modified, said]);
  });
}

test('a file without a size or a revision is unreadable', () => {
  for (const change of [{ size: undefined }, { rev: undefined }]) {
    assert.deepEqual(unusable(change), ['A/Brief.pdf', 'unreadable']);
  }
});

test('a symbolic link is not taken for the file that it names', () => {
  assert.deepEqual(unusable({ symlink_info: { target: '/etc/passwd' } }), ['A/Brief.pdf', 'symbolic_link']);
});

test('an online document without an export is not downloadable', () => {
  assert.deepEqual(unusable({ is_downloadable: false }), ['A/Brief.pdf', 'not_downloadable']);
});

test('an online document is exported in the format that Office opens, before others that are offered', () => {
  const entry = toEntry(
    fileMetadata({ is_downloadable: false, export_info: { export_as: 'html', export_options: ['markdown', 'docx'] } }),
    paths,
  );
  assert.equal(entry.kind === 'file' && entry.exportedAs, '.docx');
  assert.equal(exportFormat({ export_as: 'html', export_options: ['markdown'] }), 'html');
  assert.equal(exportExtension({ export_as: 'markdown' }), '.md');
  assert.equal(exportExtension({ export_as: 'new_kind' }), '.new_kind');
  assert.equal(exportExtension(undefined), undefined);
});

test('a deleted entry has the key that its file had', () => {
  const entry = toEntry(
    { '.tag': 'deleted', name: 'Brief.pdf', path_lower: '/cases/a/brief.pdf', path_display: '/cases/A/Brief.pdf' },
    paths,
  );
  assert.deepEqual(entry, { kind: 'deleted', key: 'a/brief.pdf' });
});
