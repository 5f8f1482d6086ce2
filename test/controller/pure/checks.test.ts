import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Applied, firstFault, isOwnedBy, judgeReady, wholeSpec } from '../../../src/controller/policy/checks.ts';
import { aCronJob, aStoredPolicy, BETWEEN_FOLDERS } from './a-stored-policy.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const fault = (spec: object, cronJob = aCronJob()) => firstFault({ policy: aStoredPolicy(spec), cronJob, now: NOW });

const FAULTS: readonly (readonly [what: string, spec: object, reason: string, says: string])[] = [
  ['a field that no cron has', { schedule: '0 25 * * *' }, 'InvalidSchedule', 'spec.schedule: '],
  ['a schedule of four fields', { schedule: '0 3 * *' }, 'InvalidSchedule', 'spec.schedule: '],
  ['a day that never comes', { schedule: '0 3 30 2 *' }, 'InvalidSchedule', '0 3 30 2 * never comes'],
  ['a zone that is nowhere', { timeZone: 'Europe/Atlantis' }, 'InvalidTimeZone', 'spec.timeZone: '],
  ['a field that is out of bounds', { staleAfterSeconds: 1 }, 'InvalidSpec', 'spec.staleAfterSeconds: '],
  [
    'a source folder without a claim',
    { ...BETWEEN_FOLDERS, source: { directory: { path: '/cases' } } },
    'ClaimMissing',
    'spec.source.directory.claimName: name the PersistentVolumeClaim that holds /cases',
  ],
  [
    'a destination folder without a claim',
    { ...BETWEEN_FOLDERS, destination: { directory: { path: '/backups' } } },
    'ClaimMissing',
    'spec.destination.directory.claimName',
  ],
  [
    'a source folder in the image itself',
    { ...BETWEEN_FOLDERS, source: { directory: { path: '/usr/share', claimName: 'nas' } } },
    'PathReserved',
    "spec.source.directory.path: /usr is the image's own",
  ],
];

describe('A policy', () => {
  it('without a fault may have a CronJob, made already or not', () => {
    assert.equal(fault({}), undefined);
    assert.equal(fault(BETWEEN_FOLDERS), undefined);
    assert.equal(firstFault({ policy: aStoredPolicy(), cronJob: undefined, now: NOW }), undefined);
  });

  for (const [what, spec, reason, says] of FAULTS)
    it(`with ${what} has none: ${reason}`, () => {
      const found = fault(spec);
      assert.deepEqual([found?.status, found?.reason], ['False', reason]);
      assert.ok(found?.message.includes(says), found?.message);
    });

  it('does not take a CronJob that something else owns, and says which', () => {
    const found = fault({}, aCronJob({ owner: 'another' }));
    assert.equal(found?.reason, 'CronJobConflict');
    assert.ok(found.message.includes('case-backup-nightly'));
    const { ownerReferences: _, ...metadata } = aCronJob().metadata;
    assert.equal(fault({}, { metadata })?.reason, 'CronJobConflict');
  });

  it('is told the first of several faults', () => {
    assert.equal(fault({ schedule: 'never' }, aCronJob({ owner: 'another' }))?.reason, 'InvalidSchedule');
  });

  it('owns what names it as the controller, and no more', () => {
    const policy = aStoredPolicy();
    const cronJob = aCronJob();
    assert.ok(isOwnedBy(cronJob, policy));
    const ownerReferences = cronJob.metadata.ownerReferences?.map((owner) => ({ ...owner, controller: false }));
    assert.ok(!isOwnedBy({ metadata: { ...cronJob.metadata, ...(ownerReferences && { ownerReferences }) } }, policy));
  });

  it('gets every default that it does not state', () => {
    const spec = wholeSpec(aStoredPolicy());
    assert.deepEqual([spec.schedule, spec.timeZone, spec.job.backoffLimit], ['0 3 * * *', 'Etc/UTC', 2]);
  });
});

describe('Ready', () => {
  const stands: Applied = { kind: 'stands' };
  const invalid = { status: 'False', reason: 'InvalidSpec', message: 'no' } as const;
  const verdicts: readonly (readonly [
    what: string,
    found: ReturnType<typeof judgeReady>,
    status: string,
    reason: string,
  ])[] = [
    ['True when the CronJob stands', judgeReady(undefined, stands, undefined), 'True', 'Scheduled'],
    [
      'False for a fault, whatever else there is',
      judgeReady(invalid, { kind: 'foreign' }, 'x'),
      'False',
      'InvalidSpec',
    ],
    ["False for another's CronJob", judgeReady(undefined, { kind: 'foreign' }, 'x'), 'False', 'CronJobConflict'],
    [
      'False when the server refuses',
      judgeReady(undefined, { kind: 'refused', message: 'no' }, 'x'),
      'False',
      'CronJobRefused',
    ],
    [
      'False while a Secret is missing',
      judgeReady(undefined, stands, 'secret "x" not found'),
      'False',
      'SecretMissing',
    ],
  ];
  for (const [what, found, status, reason] of verdicts)
    it(`is ${what}`, () => assert.deepEqual([found.status, found.reason], [status, reason]));

  it('holds what the server said, as far as a condition can', () => {
    const { message } = judgeReady(undefined, { kind: 'refused', message: 'x'.repeat(5000) }, undefined);
    assert.equal(message.length, 1024);
    assert.ok(message.startsWith('the server refused the CronJob: x'));
  });
});
