import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import type { StructuralSchema } from '../../src/api/structural-schema.ts';
import { OTHER_RELEASES } from './build.ts';
import { faultsOfCrd } from './crd-check.ts';

/** The very file that a user applies. */
const crd = parse(
  readFileSync(new URL('../../k8s/crds/casebackup.io_casebackuppolicies.yaml', import.meta.url), 'utf8'),
) as object;

/** With a rule over each quantity, whose length no release before 1.34 takes from maxLength. */
function withDearRule(): object {
  const copy = structuredClone(crd) as {
    readonly spec: { readonly versions: { readonly schema: { openAPIV3Schema: StructuralSchema } }[] };
  };
  const resources =
    copy.spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec']?.properties?.['job']?.properties?.['resources'];
  const limits = resources?.properties?.['limits'];
  assert.ok(limits?.additionalProperties);
  const rule = "(type(self) == int ? string(self) : self).matches(r'^[0-9]+([.][0-9]+)?([numkMGTPE]|[KMGTPE]i)?$')";
  Object.assign(limits.additionalProperties, { 'x-kubernetes-validations': [{ rule, message: 'no' }] });
  return copy;
}

describe('The CRD', () => {
  for (const release of OTHER_RELEASES)
    it(`is taken by Kubernetes ${release}`, async () => assert.deepEqual(await faultsOfCrd(release, crd), []));

  it('would be refused by Kubernetes 1.31 for a rule that is too dear there', async () => {
    const [first = ''] = await faultsOfCrd('1.31', withDearRule());
    assert.match(first, /estimated rule cost exceeds budget/);
  });
});
