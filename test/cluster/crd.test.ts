import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policySpecSchema } from '../../src/api/policy.ts';
import { ACCEPTED } from '../api/accepted-policies.ts';
import { CREDENTIALS, dropbox, folders } from '../api/policy-cases.ts';
import { OVERLAPS, REFUSED_ENDS } from '../api/refused-ends.ts';
import { LEFT_TO_THE_CONTROLLER, REFUSED_FIELDS, REFUSED_OBJECTS } from '../api/refused-fields.ts';
import { policyOf, type Spec } from '../cli/policy-file.ts';
import { crdPlane } from './crd-plane.ts';

/** What an author is told by `kubectl apply` on a real API server. */
const { apply, stored } = crdPlane();

let made = 0;
const named = (policy: object): object & { metadata: { name: string } } => ({
  ...policy,
  metadata: { name: `policy-${made++}` },
});

/** A number stays one in the cluster and is read as text. */
const asText = (spec: Spec): unknown =>
  JSON.parse(JSON.stringify(spec), (key, value) => (/^(requests|limits)$/.test(key) ? texts(value) : value));
const texts = (amounts: object): object =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, String(amount)]));

for (const { what, policy } of ACCEPTED) {
  test(`kubectl takes a policy with ${what} and fills in the job's defaults`, async () => {
    const given = named(policy);
    const { code, stderr } = await apply(given);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    const { spec } = await stored(given.metadata.name);
    const withoutEmpty = JSON.parse(JSON.stringify((policy as { spec: Spec }).spec), (_, value) => value ?? undefined);
    assert.deepEqual(asText(spec), policySpecSchema.parse(withoutEmpty));
  });
}

for (const { what, policy } of LEFT_TO_THE_CONTROLLER) {
  test(`kubectl takes a policy with ${what}, of which the controller speaks`, async () => {
    const { code, stderr } = await apply(named(policy));
    assert.equal(code, 0, stderr);
  });
}

for (const { what, policy, server } of [...REFUSED_ENDS, ...OVERLAPS, ...REFUSED_FIELDS, ...REFUSED_OBJECTS]) {
  test(`kubectl refuses a policy with ${what} and says why`, async () => {
    const { code, stderr } = await apply(policy);
    assert.equal(code, 1);
    assert.ok(server !== undefined && stderr.includes(server), `${stderr}\nshould have\n${server}`);
  });
}

const toFolder = (path: string, claimName: string): Spec => ({
  source: { dropbox: { ...CREDENTIALS, root: '/CASES' } },
  destination: { directory: { path, claimName } },
});

const CHANGES: readonly [what: string, before: Spec, after: Spec, says: string][] = [
  [
    'the source in Dropbox',
    dropbox(),
    dropbox({}, { root: '/MATTERS' }),
    `spec.source.dropbox.root: Invalid value: "/MATTERS": the source of a policy can't be changed; make a new policy`,
  ],
  [
    'the destination in Dropbox, by taking the default away',
    dropbox({}, {}, { folder: '/SAFE' }),
    dropbox(),
    `spec.destination.dropbox.folder: Invalid value: "/BACKUPS": the destination of a policy can't be changed; make a new policy`,
  ],
  [
    'the folder of the source',
    folders('/cases', '/backups'),
    folders('/matters', '/backups'),
    `spec.source.directory.path: Invalid value: "/matters": the source of a policy can't be changed; make a new policy`,
  ],
  [
    'the folder of the destination',
    folders('/cases', '/backups'),
    folders('/cases', '/safe'),
    `spec.destination.directory.path: Invalid value: "/safe": the destination of a policy can't be changed; make a new policy`,
  ],
  [
    'the store of the source',
    toFolder('/backups', 'usb'),
    folders('/cases', '/backups'),
    "spec.source: Invalid value: dropbox and directory can't be exchanged; make a new policy",
  ],
  [
    'the store of the destination',
    toFolder('/backups', 'usb'),
    dropbox(),
    "spec.destination: Invalid value: dropbox and directory can't be exchanged; make a new policy",
  ],
];

for (const [what, before, after, says] of CHANGES) {
  test(`kubectl refuses to change ${what}`, async () => {
    const policy = named(policyOf(before));
    assert.equal((await apply(policy)).code, 0);
    const { code, stderr } = await apply({ ...policy, spec: after });
    assert.equal(code, 1);
    assert.ok(stderr.includes(says), `${stderr}\nshould have\n${says}`);
  });
}

test('everything else of a policy can be changed', async () => {
  const policy = named(policyOf(toFolder('/backups', 'usb')));
  assert.equal((await apply(policy)).code, 0);
  const changed = {
    ...toFolder('/backups', 'another'),
    source: {
      dropbox: { credentialsSecretRef: { name: 'renewed' }, root: '/CASES', namespace: 'Home' },
      exclude: ['*.tmp'],
    },
    schedule: '@hourly',
    suspend: true,
    retention: { keepDays: 60 },
  };
  const { code, stderr } = await apply({ ...policy, spec: changed });
  assert.equal(code, 0, stderr);
  assert.deepEqual((await stored(policy.metadata.name)).spec, policySpecSchema.parse(changed));
});

test('a field that is no field is dropped when the client does not ask to be strict', async () => {
  const policy = named(policyOf(dropbox({ retention: { keepDay: 5 } })));
  const { code, stderr } = await apply(policy, '--validate=ignore');
  assert.equal(code, 0, stderr);
  assert.deepEqual((await stored(policy.metadata.name)).spec, policySpecSchema.parse(dropbox()));
});
