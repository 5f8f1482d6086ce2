import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeError } from '../../src/kube/kube-error.ts';
import { hadItsPause, restartDelay } from '../../src/kube/restart-delay.ts';

const broken = new KubeError('Unreachable', 'the connection broke');
const expired = new KubeError('Expired', 'too old', { status: 410 });

test('the wait doubles from 0.8 s and stays at 8 s, half of it by chance', () => {
  const least = [1, 2, 3, 6, 7, 20].map((failures) => restartDelay(failures, broken, 0));
  assert.deepEqual(least, [400, 800, 1_600, 4_000, 4_000, 4_000]);
  assert.equal(restartDelay(1, broken, 0.999_99), 800);
  assert.equal(restartDelay(40, broken, 0.999_99), 8_000);
});

test('a forgotten version is listed at once the first time, and with a wait when it happens again', () => {
  assert.equal(restartDelay(1, expired, 0), 0);
  assert.equal(restartDelay(2, expired, 0), 800);
});

test('a server that asks for time gets it', () => {
  const busy = new KubeError('TooManyRequests', 'later', { status: 429, retryAfterMs: 3_000 });
  assert.equal(restartDelay(1, busy, 0), 3_000);
  assert.equal(restartDelay(8, busy, 0), 4_000, 'and the backoff, where that is longer');
});

test('a watch has had its pause when it lasted longer than the pause before it, unless its version was forgotten', () => {
  assert.equal(hadItsPause(3_000, 1_600, broken), true);
  assert.equal(hadItsPause(1_500, 1_600, broken), false);
  assert.equal(hadItsPause(700, 0, broken), false, 'at least the first pause');
  assert.equal(hadItsPause(3_600_000, 1_600, expired), false);
});
