import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CRON_JOB_ROLES, cronJobName } from '../../src/api/kubernetes-names.ts';
import { NAME_LIMIT } from '../../src/api/policy.ts';

const role = fc.constantFrom(...CRON_JOB_ROLES);
/** Made of the very pieces that could make one policy's name another's CronJob. */
const policy = fc
  .array(fc.oneof(fc.constantFrom('case-', 'backup', 'drill', 'copy', '-', '.'), fc.stringMatching(/^[a-z0-9]$/)), {
    minLength: 1,
    maxLength: 10,
  })
  .map((pieces) => pieces.join('').slice(0, NAME_LIMIT));

test('no two policies and roles give one name of a CronJob', () => {
  fc.assert(
    fc.property(role, policy, role, policy, (oneRole, one, otherRole, other) => {
      const isSame = oneRole === otherRole && one === other;
      assert.equal(cronJobName(oneRole, one) === cronJobName(otherRole, other), isSame);
    }),
    { numRuns: 5000 },
  );
  for (const one of CRON_JOB_ROLES)
    for (const other of CRON_JOB_ROLES)
      assert.ok(one === other || !cronJobName(one, '').startsWith(cronJobName(other, '')), `${one} and ${other}`);
});

test("a CronJob's name has at most 52 characters, the limit of Kubernetes, whatever its role", () => {
  for (const one of CRON_JOB_ROLES) assert.ok(cronJobName(one, 'x'.repeat(NAME_LIMIT)).length <= 52, one);
});
