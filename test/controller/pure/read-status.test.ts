import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { conditionsFrom, type Judgements } from '../../../src/api/conditions.ts';
import { HISTORY_LENGTH, type PolicyStatus, statusSchema } from '../../../src/api/status.ts';
import { countedRuns, readStatus, withUnread } from '../../../src/controller/policy/read-status.ts';
import { SAMPLE_STATUS } from '../../api/sample-status.ts';

/** As a newer controller may leave it: with fields, words and conditions of its own. */
const { conditions = [], history = [], runCounts = [] } = SAMPLE_STATUS;
const [aRun] = history;
const partial = {
  ...aRun,
  jobName: 'newer',
  jobUid: 'newer',
  result: 'Partial',
  completionTime: '2026-11-30T03:00:00Z',
};
const encrypted = { ...conditions[0], type: 'Encrypted' };
const NEWER = {
  ...SAMPLE_STATUS,
  sealedWith: { key: 'age1' },
  retention: { ...SAMPLE_STATUS.retention, monthlies: 12 },
  lastVerification: { ...SAMPLE_STATUS.lastVerification, level: 'Restored' },
  conditions: [encrypted, ...conditions],
  history: [partial, ...history],
  runCounts: [...runCounts, { trigger: 'Scheduled', result: 'Partial', count: 3 }],
};

describe('A stored status', () => {
  it('of this release is read as it is, and costs no copy', () => {
    const { status, unread } = readStatus(SAMPLE_STATUS);
    assert.deepEqual(status, SAMPLE_STATUS);
    assert.equal(status.history, SAMPLE_STATUS.history);
    assert.equal(withUnread(status, unread), status);
    assert.deepEqual(readStatus(undefined).status, {});
  });

  it('of a newer release is read as far as this one can, field by field and item by item', () => {
    const { status } = readStatus(NEWER);
    const { retention, lastVerification, ...rest } = status;
    const { retention: _, lastVerification: __, ...known } = SAMPLE_STATUS;
    assert.deepEqual(rest, known);
    assert.deepEqual(retention, NEWER.retention);
    assert.equal(lastVerification, undefined);
  });

  it('of a newer release is written back with all that this one can not read', () => {
    const { status, unread } = readStatus(NEWER);
    const back = withUnread(status, unread) as typeof NEWER;
    const ordered = (items: readonly object[]) => items.map((item) => JSON.stringify(item)).sort();
    for (const list of ['conditions', 'history', 'runCounts'] as const)
      assert.deepEqual(ordered(back[list]), ordered(NEWER[list]), list);
    const { conditions: _, history: __, runCounts: ___, ...fields } = back;
    const { conditions: ____, history: _____, runCounts: ______, ...expected } = NEWER;
    assert.deepEqual(fields, expected);
  });

  it('has its runs counted that this release can not read, by their time and no more than are kept', () => {
    const { status, unread } = readStatus({ history: Array(HISTORY_LENGTH).fill(aRun).toSpliced(3, 1, partial) });
    const counted = countedRuns(status, unread);
    assert.equal(counted.length, HISTORY_LENGTH);
    assert.equal(counted[0]?.jobUid, 'newer');
    assert.equal(countedRuns({ history: Array(HISTORY_LENGTH).fill(aRun) }, unread).length, HISTORY_LENGTH);
  });

  it('gives way, field by field, to what this release has to say', () => {
    const { status, unread } = readStatus(NEWER);
    const lastVerification = { level: 'Full', result: 'Failed', completionTime: '2026-12-01T03:00:00Z' } as const;
    assert.deepEqual(withUnread({ ...status, lastVerification }, unread).lastVerification, lastVerification);
    const broken = readStatus({ conditions: [{ ...conditions[0], status: 'Perhaps' }] });
    assert.deepEqual(withUnread({ conditions }, broken.unread).conditions, conditions);
  });

  it('loses what every look tells anew, when it can not be read', () => {
    const { status, unread } = readStatus({ activeRun: { ...SAMPLE_STATUS.activeRun, stage: 'Copying' } });
    assert.deepEqual([status, withUnread(status, unread)], [{}, {}]);
  });

  it('keeps what a newer release says within a condition that this one judges as well', () => {
    const since = { ...conditions[0], since: 'Tuesday' };
    const { status } = readStatus({ conditions: [since] });
    const judgement = { status: 'True', reason: 'Why', message: 'm' } as const;
    const judgements = new Proxy({}, { get: () => judgement }) as Judgements;
    const after = conditionsFrom(judgements, status.conditions ?? [], 2, new Date());
    assert.equal((after.find(({ type }) => type === since.type) as typeof since | undefined)?.since, 'Tuesday');
  });

  it('is read without a throw, whatever stands in it, into what the schema takes', () => {
    const field = fc.constantFrom(...Object.keys(statusSchema.shape), 'another');
    const sample: Readonly<Record<string, unknown>> = SAMPLE_STATUS;
    const value = fc.oneof(
      fc.jsonValue(),
      fc.array(fc.jsonValue()),
      field.map((name) => sample[name]),
    );
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(field, value), fc.jsonValue()), (stored) => {
        const { status, unread } = readStatus(stored);
        assert.ok(
          statusSchema.safeParse(status).error?.issues.every(({ code }) => code === 'unrecognized_keys') ?? true,
        );
        const again: PolicyStatus = readStatus(withUnread(status, unread)).status;
        assert.deepEqual(again, status);
      }),
    );
  });
});
