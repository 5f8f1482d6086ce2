import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

type Version = readonly [major: number, minor: number, patch: number];
const versionIn = (text: string): Version => {
  const [major = 0, minor = 0, patch = 0] = /(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? [];
  return [major, minor, patch];
};
const isAtLeast = (a: Version, b: Version): boolean => {
  const differs = a.findIndex((part, i) => part !== b[i]);
  return differs < 0 || (a[differs] ?? 0) > (b[differs] ?? 0);
};

/** As npm reads `^24.22.1 || >=26.12.1`; the two signs are all that we use. */
const allows = (engines: string, version: Version): boolean =>
  engines.split(' || ').some((range) => {
    assert.match(range, /^(\^|>=)\d+\.\d+\.\d+$/);
    const from = versionIn(range);
    return isAtLeast(version, from) && (range.startsWith('>=') || version[0] === from[0]);
  });

const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
const [, base = ''] = /^ARG BASE=(.+)$/m.exec(read('Dockerfile')) ?? [];

test('the image has a Node that the package asks for', () => {
  assert.match(base, /^docker\.io\/library\/node:\d+\.\d+\.\d+-bookworm-slim$/);
  assert.ok(allows(engines.node, versionIn(base)), `${base} is not in ${engines.node}`);
});

test('no Node without the fixes of October 2026 is asked for', () => {
  for (const [version, allowed] of [
    ['24.21.0', false],
    ['24.22.0', false],
    ['24.22.1', true],
    ['25.9.0', false],
    ['26.12.0', false],
    ['26.12.1', true],
  ] as const)
    assert.equal(allows(engines.node, versionIn(version)), allowed, version);
});

test('npm installs the dependencies under an older Node too, as the README says', () => {
  assert.match(read('README.md'), /any Node \(20 or newer;/);
  assert.match(read('.npmrc'), /^engine-strict=false$/m);
});
