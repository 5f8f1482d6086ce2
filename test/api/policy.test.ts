import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policySpecSchema } from '../../src/api/policy.ts';
import { Failure } from '../../src/host/errors.ts';
import { parsePolicy } from '../../src/host/startup/policy-file.ts';
import { ACCEPTED } from './accepted-policies.ts';
import { dropbox } from './policy-cases.ts';
import { OVERLAPS, REFUSED_ENDS } from './refused-ends.ts';
import { LEFT_TO_THE_CONTROLLER, REFUSED_FIELDS, REFUSED_OBJECTS } from './refused-fields.ts';

const read = (policy: object) => parsePolicy(JSON.stringify(policy), 'policy.yaml');

for (const { what, policy } of [...ACCEPTED, ...OVERLAPS]) {
  test(`the job takes a policy with ${what}`, () => {
    assert.equal(read(policy).kind, 'CaseBackupPolicy');
  });
}

for (const { what, policy, job } of [
  ...REFUSED_ENDS,
  ...REFUSED_FIELDS,
  ...REFUSED_OBJECTS,
  ...LEFT_TO_THE_CONTROLLER,
]) {
  test(`the job refuses a policy with ${what} in one sentence`, () => {
    assert.throws(
      () => read(policy),
      (error) => {
        assert.ok(error instanceof Failure);
        assert.deepEqual(
          [error.exit, error.code, error.message],
          ['configuration', 'PolicyInvalid', `policy.yaml: ${job}`],
        );
        return true;
      },
    );
  });
}

test('a policy with several faults names them all', () => {
  const policy = { schedule: '0 3 * *', retention: { keepDay: 5, minimumBackups: 0 } };
  assert.throws(() => read({ ...ACCEPTED[0]?.policy, spec: dropbox(policy) }), {
    message:
      'policy.yaml: spec.schedule: a schedule has five fields (minute, hour, day of month, month, day of week), this one has 4; spec.retention.minimumBackups: must be at least 1; spec.retention.keepDay: is not a field of a policy; did you mean keepDays?',
  });
});

test('a quantity that is a number comes out as text, as Kubernetes writes it', () => {
  const { job } = policySpecSchema.parse(dropbox({ job: { resources: { limits: { cpu: 2, memory: '1Gi' } } } }));
  assert.deepEqual(job.resources?.limits, { cpu: '2', memory: '1Gi' });
});

test('a field that is left empty gets its default', () => {
  const { spec } = read({ ...ACCEPTED[0]?.policy, spec: dropbox({ timeZone: null, guards: null }) });
  assert.deepEqual(
    [spec.timeZone, spec.guards],
    ['Etc/UTC', { minFiles: 1, maxShrinkPercent: 20, maxByteShrinkPercent: 50 }],
  );
});
