import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgress } from '../../src/host/progress.ts';
import { createWaits } from '../../src/host/waits.ts';
import { hurriedClock } from '../store/dropbox-fixture.ts';

const START = new Date('2026-11-23T03:00:00Z');
const at = (seconds: number): Date => new Date(START.getTime() + seconds * 1000);

function logged() {
  const lines: string[] = [];
  const take = (level: string) => (_: object, message: string) => void lines.push(`${level} ${message}`);
  return { lines, log: { info: take('info'), warn: take('warn'), error: take('error'), debug: take('debug') } };
}

test('a wait is told once, shown as long as it lasts with its first moment, and gone when work goes on', () => {
  const { lines, log } = logged();
  const clock = hurriedClock(START);
  const waits = createWaits(log, clock);
  const progress = createProgress('r', START, clock, waits);
  assert.equal(progress.snapshot().waiting, undefined);
  waits.begin({ for: 'no name', since: at(1), until: at(3601) });
  waits.begin({ for: 'refused', since: at(9), until: at(3601) });
  assert.deepEqual(progress.snapshot().waiting, {
    for: 'refused',
    since: '2026-11-23T03:00:01.000Z',
    until: '2026-11-23T04:00:01.000Z',
  });
  waits.goesOn();
  assert.equal(progress.snapshot().waiting, undefined);
  assert.deepEqual(lines, ['warn waiting: no name', 'info it goes on']);
});

test('a line that breaks and heals again and again is told every ten minutes, no more', () => {
  const { lines, log } = logged();
  const clock = hurriedClock(START);
  const waits = createWaits(log, clock);
  for (let n = 0; n < 121; n++) {
    waits.begin({ for: 'a blip', since: clock.now() });
    clock.advance(5_000);
    waits.goesOn();
    clock.advance(5_000);
  }
  assert.equal(lines.filter((line) => line.startsWith('warn')).length, 3);
});

test('what is waited for fits into a report, however long', () => {
  const { log } = logged();
  const waits = createWaits(log, hurriedClock(START));
  waits.begin({ for: 'ж'.repeat(10_000), since: START });
  assert.ok(Buffer.byteLength(waits.current?.for ?? '') <= 256);
});
