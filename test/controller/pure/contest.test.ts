import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONTROLLER_ANNOTATION } from '../../../src/api/kubernetes-names.ts';
import { contest, contestedBy, NAMELESS } from '../../../src/controller/contest.ts';
import type { CronJob } from '../../../src/controller/workloads.ts';
import { steppedClock } from '../../store/stepped-clock.ts';

const KEY = 'cases/nightly';
const keptBy = (name: string | undefined, resourceVersion: number): CronJob => ({
  metadata: {
    name: 'case-backup-nightly',
    resourceVersion: String(resourceVersion),
    ...(name && { annotations: { [CONTROLLER_ANNOTATION]: name } }),
  },
});

describe('A CronJob with the name of another controller', () => {
  it('is taken over once, as from a controller that was moved', () => {
    const { rival, claimed } = contest('new/c', steppedClock());
    assert.equal(rival(KEY, keptBy('old/c', 1), undefined), undefined);
    claimed(KEY, keptBy('new/c', 2), 'as it should be');
    assert.equal(rival(KEY, keptBy('old/c', 1), undefined), undefined, 'the cache may lag behind');
    assert.equal(rival(KEY, keptBy('new/c', 2), undefined), undefined);
  });

  it('is left alone by both once the name comes back, for five minutes', () => {
    const clock = steppedClock();
    const [a, b] = [contest('a/c', clock), contest('b/c', clock)];
    a.claimed(KEY, keptBy('a/c', 1), 'by a');
    assert.equal(b.rival(KEY, keptBy('a/c', 1), undefined), undefined);
    b.claimed(KEY, keptBy('b/c', 2), 'by b');
    assert.equal(a.rival(KEY, keptBy('b/c', 2), undefined), 'b/c');
    const told = { message: contestedBy('a/c', 'b/c'), lastTransitionTime: clock.now().toISOString() };
    assert.equal(b.rival(KEY, keptBy('b/c', 2), told), 'a/c');
    clock.advance(299_000);
    assert.deepEqual([a.rival(KEY, keptBy('b/c', 2), told), b.rival(KEY, keptBy('b/c', 2), told)], ['b/c', 'a/c']);
    clock.advance(2_000);
    assert.deepEqual(
      [a.rival(KEY, keptBy('b/c', 2), told), b.rival(KEY, keptBy('b/c', 2), told)],
      [undefined, undefined],
    );
  });

  it('is told in the same words by both', () => {
    assert.equal(contestedBy('a/c', 'b/c'), contestedBy('b/c', 'a/c'));
  });
});

describe('A CronJob without a name', () => {
  /** Each time the cache shows `version`, and this is applied. */
  function corrected(shown: (round: number) => number, desired: (round: number) => string): (string | undefined)[] {
    const { rival, correcting, claimed } = contest('a/c', steppedClock());
    return Array.from({ length: 12 }, (_, round) => {
      const live = keptBy(undefined, shown(round));
      const found = rival(KEY, live, undefined);
      correcting(KEY, live, desired(round));
      claimed(KEY, keptBy('a/c', 2 * round + 1), desired(round));
      return found;
    });
  }

  it('is put back when somebody has changed it, but not for ever', () => {
    const found = corrected(
      (round) => 2 * round,
      () => 'the same',
    );
    assert.deepEqual(found.slice(0, 11), Array(11).fill(undefined));
    assert.equal(found[11], NAMELESS);
  });

  it('is nobody else’s doing while a watch is broken, or while the policy is edited', () => {
    const stale = corrected(
      () => 0,
      () => 'the same',
    );
    const edited = corrected(
      (round) => 2 * round,
      (round) => `edit ${round}`,
    );
    assert.deepEqual([...stale, ...edited], Array(24).fill(undefined));
  });
});
