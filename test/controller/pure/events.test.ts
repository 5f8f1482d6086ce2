import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConditionStatus, ConditionType } from '../../../src/api/conditions.ts';
import type { Result } from '../../../src/api/report.ts';
import type { PolicyStatus, Trigger } from '../../../src/api/status.ts';
import { eventsOf, eventsOfRuns } from '../../../src/controller/policy/events.ts';
import { type EndedRun, recordRuns } from '../../../src/controller/policy/run-history.ts';
import { BEGAN, ENDED } from './job-and-pod.ts';

const having = (type: ConditionType, status: ConditionStatus, reason = 'Why'): PolicyStatus => ({
  conditions: [{ type, status, reason, message: 'm', observedGeneration: 1, lastTransitionTime: BEGAN }],
});
const active = (jobUid: string, trigger: Trigger = 'Scheduled'): PolicyStatus => ({
  activeRun: { jobName: `job-${jobUid}`, jobUid, trigger, startTime: BEGAN },
});
const ended = (result: Result, hint?: string): EndedRun => ({
  jobName: 'job',
  jobUid: 'u',
  trigger: 'Manual',
  outcome: { result, reason: 'Why', message: 'a sentence', hint, completionTime: ENDED },
});
const endOf = (run: EndedRun, now = new Date(ENDED)) => eventsOfRuns({}, recordRuns({}, [run]), now);
const told = (before: PolicyStatus, after: PolicyStatus): string[] =>
  eventsOf(before, after).map(({ type, reason }) => `${type} ${reason}`);

describe('A brake without a memory, and a damaged backup', () => {
  it('are told as warnings when they come, and as over when they go', () => {
    const [active, lost] = [having('GuardsActive', 'True', 'Compared'), having('GuardsActive', 'False', 'MemoryLost')];
    assert.deepEqual(told(active, lost), ['Warning MemoryLost']);
    assert.deepEqual(told(lost, active), ['Normal GuardsActive']);
    const [intact, damaged] = [having('BackupsIntact', 'True'), having('BackupsIntact', 'False', 'Damaged')];
    assert.deepEqual(told(intact, damaged), ['Warning Damaged']);
  });
});

describe('The end of a run', () => {
  const ends: readonly (readonly [Result, string])[] = [
    ['Succeeded', 'Normal BackupSucceeded'],
    ['Skipped', 'Normal BackupSkipped'],
    ['Incomplete', 'Warning BackupIncomplete'],
    ['Failed', 'Warning BackupFailed'],
    ['Interrupted', 'Warning BackupInterrupted'],
  ];
  for (const [result, event] of ends)
    it(`is told once as ${event}`, () => {
      const [end, ...more] = endOf(ended(result));
      assert.equal(`${end?.type} ${end?.reason}`, event);
      assert.equal(end?.note, 'Job job: Why: a sentence');
      assert.deepEqual(more, []);
    });

  it('is told with what to do next', () => {
    assert.equal(endOf(ended('Failed', 'look'))[0]?.note, 'Job job: Why: a sentence; look');
  });

  it('is told again for ten minutes, as the same one event of its Job', () => {
    const status = recordRuns({}, [ended('Failed')]);
    const later = (minutes: number) => eventsOfRuns(status, status, new Date(Date.parse(ENDED) + minutes * 60_000));
    assert.deepEqual(later(9), endOf(ended('Failed')));
    assert.equal(later(9)[0]?.once, 'u');
    assert.deepEqual(later(11), []);
  });

  it('is told however late it is seen', () => {
    assert.equal(endOf(ended('Failed'), new Date(Date.parse(ENDED) + 86_400_000)).length, 1);
  });
});

describe('The start of a run', () => {
  it('is told when a Job becomes the active one, and not again', () => {
    assert.deepEqual(told({}, active('a')), ['Normal BackupStarted']);
    assert.deepEqual(told(active('a'), active('b')), ['Normal BackupStarted']);
    assert.deepEqual(told(active('a'), active('a')), []);
    assert.deepEqual(told(active('a'), {}), []);
  });
  it('is not told of a run that has ended, whose pod a sidecar keeps after the next run', () => {
    const kept = { ...recordRuns({}, [ended('Succeeded')]), ...active('u') };
    const during = { ...kept, ...active('b') };
    assert.deepEqual(told(kept, during), ['Normal BackupStarted']);
    assert.deepEqual(told(during, kept), []);
  });
  it('says whether somebody started it', () => {
    const note = (trigger: Trigger) => eventsOf({}, active('a', trigger))[0]?.note;
    assert.equal(note('Manual'), 'a run by hand has begun: Job job-a');
    assert.equal(note('Scheduled'), 'the scheduled run has begun: Job job-a');
  });
});

describe('A condition that changes', () => {
  const changes: readonly (readonly [what: string, before: PolicyStatus, after: PolicyStatus, events: string[]])[] = [
    ['turns False', having('Fresh', 'True'), having('Fresh', 'False', 'Stale'), ['Warning Stale']],
    [
      'turns False from Unknown',
      having('Verified', 'Unknown'),
      having('Verified', 'False', 'Mismatch'),
      ['Warning Mismatch'],
    ],
    ['is False for another reason', having('Ready', 'False', 'A'), having('Ready', 'False', 'B'), ['Warning B']],
    ['is as it was', having('Ready', 'False', 'A'), having('Ready', 'False', 'A'), []],
    ['is True for another reason', having('Ready', 'True', 'A'), having('Ready', 'True', 'B'), []],
    ['turns True again', having('Fresh', 'False'), having('Fresh', 'True'), ['Normal Fresh']],
    ['turns True from Unknown, which is no news', having('Verified', 'Unknown'), having('Verified', 'True'), []],
    ['turns Ready from Unknown', having('Ready', 'Unknown'), having('Ready', 'True'), ['Normal Ready']],
    ['turns Unknown', having('Fresh', 'True'), having('Fresh', 'Unknown'), []],
    ['is new and False, as on the first day', {}, having('Fresh', 'False', 'NeverSucceeded'), []],
    ['is Ready from the start', {}, having('Ready', 'True'), ['Normal Ready']],
    ['is not Ready from the start', {}, having('Ready', 'False', 'InvalidSpec'), ['Warning InvalidSpec']],
    ['follows the runs', having('LastRunSucceeded', 'True'), having('LastRunSucceeded', 'False'), []],
    ['follows the active run', having('Progressing', 'False'), having('Progressing', 'True'), []],
  ];
  for (const [what, before, after, events] of changes)
    it(`and ${what} is told as ${events.join() || 'nothing'}`, () => assert.deepEqual(told(before, after), events));
});
