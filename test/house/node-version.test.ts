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

/** As npm reads `^24.21.0 || >=26.12.1`; the two signs are all that we use. */
const allows = (engines: string, version: Version): boolean =>
  engines.split(' || ').some((range) => {
    assert.match(range, /^(\^|>=)\d+\.\d+\.\d+$/);
    const from = versionIn(range);
    return isAtLeast(version, from) && (range.startsWith('>=') || version[0] === from[0]);
  });

const { engines, devDependencies } = JSON.parse(read('package.json')) as Record<
  'engines' | 'devDependencies',
  { node: string }
>;
const [, base = ''] = /^ARG BASE=(.+)$/m.exec(read('Dockerfile')) ?? [];

test('the image has a Node that the package asks for, with the fixes of October 2026', () => {
  assert.match(base, /^docker\.io\/library\/node:\d+\.\d+\.\d+-bookworm-slim(@sha256:[0-9a-f]{64})?$/);
  assert.ok(allows(engines.node, versionIn(base)), `${base} is not in ${engines.node}`);
  assert.ok(allows('^24.22.1 || >=26.12.1', versionIn(base)), `${base} lacks fixes`);
});

test('the Node that npm installs for development is the oldest that the package asks for, so that npm warns of none', () => {
  assert.ok(engines.node.startsWith(`^${devDependencies.node} || `), `${devDependencies.node} and ${engines.node}`);
});

test('the README says which Node that is, and which one the image has', () => {
  assert.ok(read('README.md').includes(`Node ${devDependencies.node}`));
  assert.ok(read('README.md').includes(`image has ${versionIn(base).join('.')}`));
});

test('npm installs the dependencies under an older Node too, as the README says', () => {
  assert.match(read('README.md'), /any Node \(20 or newer;/);
  assert.match(read('.npmrc'), /^engine-strict=false$/m);
  assert.match(read('.npmrc'), /^loglevel=error$/m, 'npx, too, would warn of it before each command');
});
