import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wholePolicy } from '../../../src/controller/policy/cached-policy.ts';
import {
  type Applied,
  firstFault,
  isOwnedBy,
  judgeReady,
  type Readiness,
} from '../../../src/controller/policy/checks.ts';
import { aCachedPolicy, aCronJob, aStoredPolicy, BETWEEN_FOLDERS } from './a-stored-policy.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const fault = (spec: object, standing = aCronJob()) => firstFault({ policy: aCachedPolicy(spec), standing, now: NOW });

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
  ...['/usr/share', '/node_modules', '/tmp', '/home/node', '/run/secrets', '/mnt', '/mntx/cases', '/app/mnt/x'].map(
    (path) =>
      [
        `a claim at ${path}`,
        { ...BETWEEN_FOLDERS, source: { directory: { path, claimName: 'nas' } } },
        'PathReserved',
        `spec.source.directory.path: a claim is mounted below /mnt and nowhere else; make it /mnt${path}`,
      ] as const,
  ),
  [
    'a destination outside of the folder for claims',
    { ...BETWEEN_FOLDERS, destination: { directory: { path: '/root', claimName: 'nas' } } },
    'PathReserved',
    'spec.destination.directory.path: ',
  ],
];

describe('A policy', () => {
  it('without a fault may have a CronJob, made already or not', () => {
    assert.equal(fault({}), undefined);
    assert.equal(fault(BETWEEN_FOLDERS), undefined);
    assert.equal(firstFault({ policy: aCachedPolicy(), standing: undefined, now: NOW }), undefined);
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
    const { spec } = wholePolicy(aCachedPolicy());
    assert.deepEqual([spec.schedule, spec.timeZone, spec.job.backoffLimit], ['0 3 * * *', 'Etc/UTC', 2]);
  });
});

describe('Ready', () => {
  const stands: Applied = { kind: 'stands' };
  const ready = (change: Partial<Readiness> = {}) =>
    judgeReady({ fault: undefined, applied: stands, missing: undefined, crdGaps: [], ...change });
  const invalid = { status: 'False', reason: 'InvalidSpec', message: 'no' } as const;
  const verdicts: readonly (readonly [
    what: string,
    found: ReturnType<typeof judgeReady>,
    status: string,
    reason: string,
  ])[] = [
    ['True when the CronJob stands', ready(), 'True', 'Scheduled'],
    [
      'False for a fault, whatever else there is',
      ready({ fault: invalid, applied: { kind: 'foreign' }, missing: 'x', crdGaps: ['status.quota'] }),
      'False',
      'InvalidSpec',
    ],
    ["False for another's CronJob", ready({ applied: { kind: 'foreign' }, missing: 'x' }), 'False', 'CronJobConflict'],
    [
      'False when the server refuses',
      ready({ applied: { kind: 'refused', message: 'no' }, missing: 'x' }),
      'False',
      'CronJobRefused',
    ],
    [
      'False while a Secret is missing',
      ready({ missing: 'secret "x" not found', crdGaps: ['status.quota'] }),
      'False',
      'SecretMissing',
    ],
    ['True with an older CRD, which it names', ready({ crdGaps: ['status.quota'] }), 'True', 'CrdOutdated'],
  ];
  for (const [what, found, status, reason] of verdicts)
    it(`is ${what}`, () => assert.deepEqual([found.status, found.reason], [status, reason]));

  it('holds what the server said, as far as a condition can', () => {
    const { message } = ready({ applied: { kind: 'refused', message: 'x'.repeat(5000) } });
    assert.ok(message.length > 1000 && Buffer.byteLength(message) <= 1024);
    assert.ok(message.startsWith('the server refused the CronJob: x'));
  });

  it('names five things that the CRD lacks, counts the rest, and says what to do', () => {
    const { message } = ready({ crdGaps: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] });
    assert.equal(
      message,
      "accepted; the CronJob stands; the installed CRD is older than this controller and can't hold a, b, c, d, e and 2 more; apply k8s/crds/",
    );
  });
});
