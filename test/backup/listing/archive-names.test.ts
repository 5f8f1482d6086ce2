import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeName, encodeName, foldName, isTooLong, markedName } from '../../../src/backup/listing/archive-names.ts';

const anyName = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('%', '2', '5', 'E', ':', '.', ' ', 'C', 'O', 'N', '/', '\\', '\n', 'é', 'e\u0301', '~'),
    minLength: 1,
    maxLength: 8,
  }),
  fc.constantFrom(
    'CON',
    'con.txt',
    'NUL .log',
    'COM¹',
    'lpt9.',
    '..',
    '.',
    ' ',
    '%2E',
    '%252E',
    'a.',
    'a ',
    ';',
    'a;1',
    'a.txt;12',
    '__proto__',
    '=cmd()',
  ),
);

test('a name can be read back from its archive name', () => {
  fc.assert(
    fc.property(anyName, (name) => assert.equal(decodeName(encodeName(name)), name.normalize('NFC'))),
    { numRuns: 20_000 },
  );
});

test('two names that differ after normalisation have different archive names', () => {
  fc.assert(
    fc.property(anyName, anyName, (a, b) => {
      assert.equal(encodeName(a) === encodeName(b), a.normalize('NFC') === b.normalize('NFC'));
    }),
    { numRuns: 20_000 },
  );
});

test('an archive name is legal on Windows, and none that unzip shortens', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      const encoded = encodeName(name);
      assert.doesNotMatch(encoded, /[<>:"|?*\\/\u0000-\u001f\u007f]/);
      assert.doesNotMatch(encoded, /[. ]$|;\d*$/);
      assert.doesNotMatch(encoded, /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)/i);
    }),
    { numRuns: 20_000 },
  );
});

test('ordinary names stay as they are', () => {
  for (const name of [
    'Vertrag 100% final.pdf',
    'Zoë Núñez',
    'a%zz',
    'console.log',
    'README',
    '.hidden',
    '日本.txt',
    'a;b',
    '1;2.pdf',
  ]) {
    assert.equal(encodeName(name), name);
  }
});

test('awkward names are escaped in a way that a person can read', () => {
  assert.equal(encodeName('Smith: v. Jones.'), 'Smith%3A v. Jones%2E');
  assert.equal(encodeName('CON.txt'), '%43ON.txt');
  assert.equal(encodeName('..'), '.%2E');
  assert.equal(encodeName('a;1;22'), 'a;1%3B22');
});

test('a mark goes before the extension and never makes a name too long', () => {
  assert.equal(markedName('letter.pdf', ' ~2'), 'letter ~2.pdf');
  assert.equal(markedName('.hidden', ' ~2'), '.hidden ~2');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 200, maxLength: 400 }), (name) => {
      const marked = markedName(encodeName(name), ' ~1234abcd');
      assert.ok(!isTooLong(marked));
      assert.ok(marked.isWellFormed());
    }),
  );
});

test('names that some computer takes for the same are folded to the same', () => {
  assert.equal(foldName('STRASSE'), foldName('straße'));
  assert.equal(foldName('E\u0301t\u00e9'), foldName('\u00c9TE\u0301'));
  assert.notEqual(foldName('a.txt'), foldName('b.txt'));
});
