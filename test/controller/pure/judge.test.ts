import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConditionType } from '../../../src/api/conditions.ts';
import type { ActiveRun, FinishedRun, PolicyStatus } from '../../../src/api/status.ts';
import { freshUntil, isAboutSecret, judge } from '../../../src/controller/policy/judge.ts';
import { aStoredPolicy, BETWEEN_FOLDERS } from './a-stored-policy.ts';
import { BEGAN, ENDED } from './job-and-pod.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const dryRun = { retention: { mode: 'DryRun' } };
const disabled = { retention: { mode: 'Disabled' } };

function aRun(result: FinishedRun['result'], change: Partial<FinishedRun> = {}): FinishedRun {
  const reason = result === 'Succeeded' ? 'Verified' : 'NotSo';
  return {
    jobName: 'job',
    jobUid: 'u',
    trigger: 'Manual',
    result,
    reason,
    message: 'm',
    completionTime: ENDED,
    ...change,
  };
}
const history = (...runs: readonly FinishedRun[]): PolicyStatus => ({ history: [...runs] });
const active = (change: Partial<ActiveRun> = {}): PolicyStatus => ({
  activeRun: { jobName: 'job', jobUid: 'u', trigger: 'Manual', startTime: BEGAN, ...change },
});
const kept = {
  backups: 30,
  verified: 30,
  totalBytes: 1,
  deleted: 0,
  wouldDelete: 0,
  expiredPending: 0,
  checkedTime: ENDED,
};
const quota = (usedBytes: number): PolicyStatus => ({
  quota: { usedBytes, allocatedBytes: 1000, checkedTime: ENDED },
  lastSuccess: aRun('Succeeded', { archiveBytes: 100 }),
});
const checked = (result: 'Succeeded' | 'Failed'): PolicyStatus => ({
  lastVerification: { level: 'Full', result, completionTime: ENDED, backupPath: '/BACKUPS/a.zip' },
});
const waiting = (words: string): PolicyStatus => active({ waiting: `CreateContainerConfigError: ${words}` });

const refused = aRun('Failed', { exitCode: 12, reason: 'TokenRevoked' });
const failure = aRun('Failed', { exitCode: 1 });

type Row = readonly [what: string, type: ConditionType, verdict: string, status: PolicyStatus, spec?: object];

const JUDGEMENTS: readonly Row[] = [
  ['nothing goes on', 'Progressing', 'False Idle', {}],
  ['a run goes on', 'Progressing', 'True Running', active()],
  ['a run waits', 'Progressing', 'True Waiting', active({ waiting: 'Unschedulable' })],

  ['no run has ended', 'LastRunSucceeded', 'Unknown NoRunYet', {}],
  ['only a skipped run has ended', 'LastRunSucceeded', 'Unknown NoRunYet', history(aRun('Skipped'))],
  ['the last run succeeded', 'LastRunSucceeded', 'True Verified', history(aRun('Succeeded'), failure)],
  ['the last run failed', 'LastRunSucceeded', 'False NotSo', history(failure, aRun('Succeeded'))],
  ['the last run was incomplete', 'LastRunSucceeded', 'False NotSo', history(aRun('Incomplete'))],
  ['the last run was interrupted', 'LastRunSucceeded', 'False NotSo', history(aRun('Interrupted'))],
  [
    'a success was followed by a skipped run',
    'LastRunSucceeded',
    'True Verified',
    history(aRun('Skipped'), aRun('Succeeded')),
  ],
  ['the last Job vanished', 'LastRunSucceeded', 'Unknown JobGone', history(aRun('Interrupted', { reason: 'JobGone' }))],
  [
    'the last report was lost',
    'LastRunSucceeded',
    'Unknown ReportMissing',
    history(aRun('Interrupted', { reason: 'ReportMissing' })),
  ],
  [
    'a run was never seen',
    'LastRunSucceeded',
    'Unknown JobUnseen',
    history(aRun('Interrupted', { reason: 'JobUnseen' })),
  ],

  ['there never was a backup', 'Fresh', 'False NeverSucceeded', {}],
  ['there never was one and none is wanted', 'Fresh', 'Unknown Suspended', {}, { suspend: true }],
  ['the last backup is 26 hours less a second old', 'Fresh', 'True Fresh', { lastSuccessTime: '2026-11-24T10:00:01Z' }],
  ['the last backup is 26 hours old', 'Fresh', 'False Stale', { lastSuccessTime: '2026-11-24T10:00:00Z' }],
  [
    'it is old and none is wanted',
    'Fresh',
    'Unknown Suspended',
    { lastSuccessTime: ENDED.replace('25', '01') },
    { suspend: true },
  ],
  ['it is new although none is wanted', 'Fresh', 'True Fresh', { lastSuccessTime: ENDED }, { suspend: true }],
  ['an hour is all that is allowed', 'Fresh', 'False Stale', { lastSuccessTime: ENDED }, { staleAfterSeconds: 3600 }],

  ['no run has ended', 'Verified', 'Unknown NoRunYet', {}],
  ['no run came as far as a check', 'Verified', 'Unknown NotVerified', { lastRun: failure }],
  ['the last check found nothing wrong', 'Verified', 'True Verified', { ...checked('Succeeded'), lastRun: failure }],
  ['the last check found a difference', 'Verified', 'False Mismatch', checked('Failed')],

  ['retention has not run', 'RetentionEnforced', 'Unknown NoRunYet', {}],
  ['retention is off', 'RetentionEnforced', 'Unknown Disabled', { retention: kept }, disabled],
  ['all that expired is gone', 'RetentionEnforced', 'True Enforced', { retention: kept }],
  ['something was held', 'RetentionEnforced', 'False Held', { retention: { ...kept, heldBecause: 'clock' } }],
  ['something is left for later', 'RetentionEnforced', 'False Behind', { retention: { ...kept, expiredPending: 3 } }],
  ['a dry run would delete', 'RetentionEnforced', 'False DryRun', { retention: { ...kept, wouldDelete: 3 } }, dryRun],
  ['a dry run would have deleted', 'RetentionEnforced', 'True Enforced', { retention: { ...kept, wouldDelete: 3 } }],
  ['a dry run would delete nothing', 'RetentionEnforced', 'True Enforced', { retention: kept }, dryRun],

  ['no run told what it was compared with', 'GuardsActive', 'Unknown NotReported', {}],
  ['there was a night to compare with', 'GuardsActive', 'True Compared', { baseline: { kind: 'LastNight' } }],
  ['the last run was the first', 'GuardsActive', 'True FirstBackup', { baseline: { kind: 'FirstBackup' } }],
  ['only unknown backups stand', 'GuardsActive', 'False NothingToCompare', { baseline: { kind: 'Nothing' } }],
  ['the destination has forgotten', 'GuardsActive', 'False MemoryLost', { baseline: { kind: 'Forgotten' } }],

  ['no run told of damage', 'BackupsIntact', 'Unknown NotReported', { retention: kept }],
  ['no stored backup is damaged', 'BackupsIntact', 'True Intact', { retention: { ...kept, damaged: 0 } }],
  ['a stored backup is damaged', 'BackupsIntact', 'False Damaged', { retention: { ...kept, damaged: 1 } }],

  ['no run told of the space', 'QuotaSufficient', 'Unknown NotReported', {}],
  ['two more backups fit exactly', 'QuotaSufficient', 'True Sufficient', quota(800)],
  ['two more backups do not fit', 'QuotaSufficient', 'False QuotaLow', quota(801)],
  ['more is used than there is', 'QuotaSufficient', 'False QuotaLow', quota(2000)],
  [
    'there was no backup yet and nothing is free',
    'QuotaSufficient',
    'False QuotaLow',
    { ...quota(1000), lastSuccess: undefined },
  ],

  ['no run has ended', 'CredentialsValid', 'Unknown NoRunYet', {}],
  ['both ends are folders', 'CredentialsValid', 'True NotNeeded', history(refused), BETWEEN_FOLDERS],
  ['a run succeeded', 'CredentialsValid', 'True Accepted', history(failure, aRun('Succeeded'), refused)],
  ['a run was incomplete', 'CredentialsValid', 'True Accepted', history(aRun('Incomplete'))],
  ['they were refused', 'CredentialsValid', 'False TokenRevoked', history(failure, refused, aRun('Succeeded'))],
  ['no run came far enough', 'CredentialsValid', 'Unknown NotProven', history(failure, aRun('Skipped'))],
  [
    'the Secret is missing',
    'CredentialsValid',
    'False SecretMissing',
    { ...waiting('secret "dropbox" not found'), ...history(aRun('Succeeded')) },
  ],
  [
    'another Secret is missing',
    'CredentialsValid',
    'True Accepted',
    { ...waiting('secret "registry" not found'), ...history(aRun('Succeeded')) },
  ],
];

describe('A condition', () => {
  for (const [what, type, verdict, status, spec] of JUDGEMENTS)
    it(`${type} is ${verdict} when ${what}`, () => {
      const conditions = judge(aStoredPolicy(spec).spec, status, NOW);
      const { status: is, reason } = conditions[type as keyof typeof conditions];
      assert.equal(`${is} ${reason}`, verdict);
    });

  it('has a message that fits, whatever the run said', () => {
    const run = aRun('Failed', { jobName: 'j'.repeat(253), message: `${'x'.repeat(800)}${'🗄'.repeat(112)}` });
    const { message } = judge(aStoredPolicy().spec, history(run), NOW).LastRunSucceeded;
    assert.ok(message.length <= 1024 && message.isWellFormed());
  });
});

describe('Free space', () => {
  it('is none, not less than none, where more is used than there is', () => {
    const { message } = judge(aStoredPolicy().spec, quota(2000), NOW).QuotaSufficient;
    assert.equal(message, '0 of 1000 bytes are free; two backups need 200');
  });
});

describe('Freshness', () => {
  it('ends when the newest backup has the age', () => {
    assert.equal(freshUntil(3600, ENDED), Date.parse(ENDED) + 3_600_000);
    assert.equal(freshUntil(3600, undefined), undefined);
  });
});

describe("The kubelet's words for a missing Secret", () => {
  const words: readonly (readonly [string, boolean])[] = [
    ['CreateContainerConfigError: secret "dropbox" not found', true],
    ["CreateContainerConfigError: couldn't find key DROPBOX_APP_KEY in Secret cases/dropbox", true],
    ['CreateContainerConfigError: secret "dropbox-2" not found', false],
    ["CreateContainerConfigError: couldn't find key DROPBOX_APP_KEY in Secret cases/dropbox-2", false],
    ['CreateContainerConfigError: configmap "dropbox" not found', false],
    ['ImagePullBackOff: Back-off pulling image "registry.example/dropbox"', false],
  ];
  for (const [text, isOurs] of words)
    it(`${isOurs ? 'are' : 'are not'}: ${text}`, () => assert.equal(isAboutSecret(text, 'dropbox'), isOurs));
});
