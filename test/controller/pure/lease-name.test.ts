import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { leaseNameFor } from '../../../src/controller/lease-name.ts';

const OWN = 'case-backup';
const NAMES: readonly (readonly [what: string, namespaces: readonly string[] | undefined, name: string])[] = [
  ['its own namespace', [OWN], 'case-backup-controller'],
  ['another one', ['cases'], 'case-backup-controller.in.cases'],
  ['two', ['cases', 'archive'], 'case-backup-controller.in.archive.cases'],
  [
    'two in another order, one of them twice',
    ['archive', 'cases', 'archive'],
    'case-backup-controller.in.archive.cases',
  ],
  ['its own and another', ['cases', OWN], 'case-backup-controller.in.case-backup.cases'],
  ['all', undefined, 'case-backup-controller.all'],
  ['one called all', ['all'], 'case-backup-controller.in.all'],
];
const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
const namespaces = fc.option(fc.array(label, { minLength: 1, maxLength: 6 }), { nil: undefined });
const setOf = (names: readonly string[] | undefined): string => JSON.stringify(names && [...new Set(names)].toSorted());

describe('The Lease of a controller', () => {
  for (const [what, served, name] of NAMES)
    it(`that serves ${what} is ${name}`, () => assert.equal(leaseNameFor(served, OWN), name));

  it('has a name that Kubernetes takes, the same for the same set of namespaces and no other', () => {
    fc.assert(
      fc.property(namespaces, namespaces, label, (one, other, own) => {
        const name = leaseNameFor(one, own);
        assert.match(name, /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
        assert.equal(name === leaseNameFor(other, own), setOf(one) === setOf(other));
      }),
    );
  });
});
