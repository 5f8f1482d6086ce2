import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { one, type Rendered } from '../manifest.ts';
import { type RenderOptions, RenderRefused, render } from '../render.ts';

const SPEC = {
  source: { dropbox: { credentialsSecretRef: { name: 'dropbox' }, root: '/CASES' } },
  destination: { dropbox: { folder: '/BACKUPS' } },
};
const SERVED: RenderOptions = { apiVersions: ['casebackup.io/v1alpha1/CaseBackupPolicy'] };
const policies = [{ name: 'nightly', spec: SPEC }];
const rendered = (objects: readonly Rendered[]): string[] =>
  objects
    .filter(({ kind }) => kind === 'CaseBackupPolicy')
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

const refusal = (says: RegExp) => (error: unknown) => {
  assert.ok(error instanceof RenderRefused, String(error));
  assert.match(error.message, says);
  return true;
};

describe('Policies in values', () => {
  it('wait for their kind, unless they are to fail or to be rendered without it', async () => {
    assert.deepEqual(rendered(await render({ policies })), []);
    assert.deepEqual(rendered(await render({ policies }, SERVED)), ['case-backup/nightly']);
    assert.deepEqual(rendered(await render({ policies, policiesRenderMode: 'alwaysRender' })), ['case-backup/nightly']);
    await assert.rejects(
      render({ policies, policiesRenderMode: 'failIfMissing' }),
      refusal(/policiesRenderMode is failIfMissing, and the cluster has no casebackup\.io\/v1alpha1\/CaseBackupPolicy/),
    );
    assert.deepEqual(rendered(await render({ policies, policiesRenderMode: 'failIfMissing' }, SERVED)), [
      'case-backup/nightly',
    ]);
  });

  it('are rendered with their spec as it stands, their labels and annotations', async () => {
    const [policy] = policies;
    const given = { ...policy, labels: { office: 'berlin' }, annotations: { contact: 'archive' } };
    const object = one(await render({ policies: [given] }, SERVED), 'CaseBackupPolicy');
    assert.deepEqual(object['spec'], SPEC);
    assert.equal(object.metadata.labels?.['office'], 'berlin');
    assert.deepEqual(object.metadata.annotations, { contact: 'archive' });
  });

  it('of a namespace that nobody serves are refused, with the ones that are served', async () => {
    const elsewhere = [...policies, { name: 'hamburg', namespace: 'hamburg', spec: SPEC }];
    await assert.rejects(
      render({ policies: elsewhere }),
      refusal(
        /policies\[1\] \(hamburg\): namespace "hamburg" is not served, .*scope\.mode is Namespace, which serves case-backup: .* scope\.namespaces/,
      ),
    );
    const scope = { mode: 'Namespaces', namespaces: ['hamburg'] };
    await assert.rejects(
      render({ policies: elsewhere, scope }),
      refusal(/policies\[0\] \(nightly\): namespace "case-backup"/),
    );
    assert.equal(rendered(await render({ policies: elsewhere, scope: { mode: 'Cluster' } }, SERVED)).length, 2);
  });

  it('of one name in one namespace are refused', async () => {
    await assert.rejects(
      render({ policies: [...policies, ...policies] }),
      refusal(/policies\[1\] \(nightly\): namespace "case-backup" has a policy of this name already, policies\[0\]/),
    );
  });
});

describe('Objects of one’s own', () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ .Release.Name }}-mine' } };
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}-text" }\n';
  const names = (objects: readonly Rendered[]): string[] =>
    objects.flatMap(({ kind, metadata }) => (kind === 'ConfigMap' ? metadata.name : [])).sort();

  it('are objects or text, with templates', async () => {
    assert.deepEqual(names(await render({ extraObjects: [map, text] })), ['case-backup-mine', 'case-backup-text']);
  });
});
