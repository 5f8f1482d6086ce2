import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Part } from '../../bench/part.ts';
import { resultsPage } from '../../bench/results.ts';

const part = (title: string, ...reached: readonly boolean[]): Part => ({
  title,
  text: `What ${title} is.`,
  columns: ['', 'MB/s'],
  rows: [['ours', '1.0']],
  targets: reached.map((isReached) => ({ what: 'speed', wanted: '1', measured: '1', isReached })),
  worse: [],
});

test('what is measured anew takes the place of its section, and the others stay with their day', () => {
  const first = resultsPage('', [part('tiny', true), part('night: cases, far', false, true)], new Date('2026-11-01'));
  assert.match(first, /^1 of 3 targets are missed\./m);
  const second = resultsPage(first, [part('night: cases, far', true, true)], new Date('2026-11-29'));
  assert.match(second, /^All 3 targets are reached\./m);
  assert.deepEqual(second.match(/^## .*$/gm), ['## tiny', '## night: cases, far']);
  assert.match(second, /What tiny is\. Measured on 2026-11-01/);
  assert.match(second, /What night: cases, far is\. Measured on 2026-11-29/);
  assert.equal(second.match(/Measured on/g)?.length, 2);
});

test('a part that promises nothing has no table of targets', () => {
  const page = resultsPage('', [part('image'), part('tiny', true)], new Date('2026-11-29'));
  assert.equal(page.match(/^\| target \|/gm)?.length, 1);
  assert.match(page, /^All 1 targets are reached\./m);
});
