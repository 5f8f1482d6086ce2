import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunProgress, Wait } from '../../../src/api/report.ts';
import { activeRunSchema } from '../../../src/api/status.ts';
import { activeJob, activeRunOf, isFinished } from '../../../src/controller/policy/active-run.ts';
import type { Pod } from '../../../src/controller/workloads.ts';
import { aJob, aPod, BEGAN, complete, failed, JOB, PROGRESS } from './job-and-pod.ts';

const LATER = '2026-11-25T03:05:00Z';
const NOW = new Date(LATER);
const NONE: ReadonlySet<string> = new Set();
const waiting = (reason: string, message?: string): Pod =>
  aPod({ state: { waiting: { reason, ...(message === undefined ? {} : { message }) } } });
const COUNTED: RunProgress = { ...PROGRESS, percent: 40, filesTotal: 10, heartbeatTime: LATER };

describe('The active run', () => {
  it('is the Job that began first of those that go on: it holds the lease', () => {
    const [late, early] = [aJob({ name: 'late', created: LATER }), aJob({ name: 'early' })];
    assert.equal(activeJob([late, complete(), early], NONE), early);
    assert.equal(activeJob([early, failed(), late], NONE), early);
    assert.equal(activeJob([complete(), failed()], NONE), undefined);
  });

  it('comes last once it has been told of, whatever else keeps its Job', () => {
    const [told, other] = [aJob({ name: 'told' }), aJob({ name: 'other', created: LATER })];
    assert.equal(activeJob([told, other], new Set(['uid-of-told'])), other);
    assert.equal(activeJob([told], new Set(['uid-of-told'])), told);
  });

  it('ends with the Job, not with its pod', () => {
    assert.ok(isFinished(complete()) && isFinished(failed()));
    const ending = { ...aJob(), status: { conditions: [{ type: 'FailureTarget', status: 'True' }] } };
    assert.ok(!isFinished(ending) && !isFinished(aJob()));
  });

  it('is told by its Job alone, and by its page where that answers', () => {
    const { startTime: _, ...bare } = activeRunOf(aJob(), [], { now: new Date(BEGAN) });
    assert.deepEqual(bare, { jobName: JOB, jobUid: `uid-of-${JOB}`, trigger: 'Scheduled' });
    const told = activeRunOf(aJob({ isManual: true }), [aPod({ state: { running: {} } })], {
      progress: COUNTED,
      now: NOW,
    });
    assert.deepEqual(
      [told.trigger, told.runId, told.stage, told.percent, told.bytesDone, told.heartbeatTime, told.waiting],
      ['Manual', 'r', 'Archiving', 40, 400, LATER, undefined],
    );
    activeRunSchema.parse(told);
  });

  it('waits for what its newest pod waits for', () => {
    const older = waiting('ImagePullBackOff');
    const newer = aPod({ name: 'b', created: LATER, state: { running: {} } });
    assert.equal(activeRunOf(aJob(), [older, newer], { now: NOW }).waiting, undefined);
    assert.equal(activeRunOf(aJob(), [older], { now: NOW }).waiting, 'ImagePullBackOff');
  });

  it('waits for what its run waits for, once that is there', () => {
    const running = aPod({ state: { running: {} } });
    const waits = { for: 'api.dropboxapi.com does not answer', since: '2026-11-23T03:00:05.000Z' };
    const told = (waiting: Wait) =>
      activeRunOf(aJob(), [running], { progress: { ...COUNTED, waiting }, now: NOW }).waiting;
    assert.equal(told(waits), 'api.dropboxapi.com does not answer, since 2026-11-23T03:00:05.000Z');
    assert.equal(
      told({ ...waits, until: '2026-11-23T04:00:05.000Z' }),
      'api.dropboxapi.com does not answer, since 2026-11-23T03:00:05.000Z, until 2026-11-23T04:00:05.000Z',
    );
  });

  it('has a text that fits, however much the kubelet says', () => {
    activeRunSchema.parse(activeRunOf(aJob(), [waiting('ErrImagePull', 'x'.repeat(5000))], { now: NOW }));
  });
});
