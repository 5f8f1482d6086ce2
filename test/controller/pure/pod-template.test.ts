import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type JobSettings, podTemplate } from '../../../src/controller/pod-template.ts';
import { backupPod } from '../../../src/controller/policy/backup-pod.ts';
import { credentialsSecret } from '../../../src/controller/store-access.ts';
import { parsePolicy } from '../../../src/host/startup/policy-file.ts';
import { homeOf } from '../../../src/repository/home.ts';
import { expand } from '../../cluster/pod-env.ts';
import { aStoredPolicy, BETWEEN_FOLDERS } from './a-stored-policy.ts';

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly secretKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
  };
}

interface Template {
  readonly metadata: Readonly<Record<'labels' | 'annotations', Readonly<Record<string, string>>>>;
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly containers: readonly (Readonly<Record<string, unknown>> & {
      readonly env: readonly Variable[];
      readonly volumeMounts: readonly object[];
    })[];
    readonly volumes: readonly object[];
  };
}

const template = (spec: object = {}, settings: Partial<JobSettings> = {}) => {
  const { spec: pod, metadata } = podTemplate(backupPod(aStoredPolicy(spec), 'uid-of-lease'), {
    image: 'registry.example/case-backup:1',
    imagePullPolicy: 'Always',
    serviceAccount: 'jobs',
    overlay: {},
    ...settings,
  }) as Template;
  const [container, ...more] = pod.containers;
  assert.ok(container && more.length === 0);
  return { pod, container, metadata };
};

const fromFolder = {
  ...BETWEEN_FOLDERS,
  destination: { dropbox: { folder: '/BACKUPS', credentialsSecretRef: { name: 'theirs' } } },
};
const logged = { logStore: { postgres: { secretRef: { name: 'postgres' } } } };
const secretsOf = (spec: object): string[] =>
  template(spec).container.env.flatMap(({ name, valueFrom }) => {
    const ref = valueFrom?.secretKeyRef;
    return ref ? [`${name} = ${ref.name}/${ref.key}${ref.optional ? '?' : ''}`] : [];
  });

describe('The pod of a run', () => {
  it('has no token of the API', () => {
    const { pod } = template();
    assert.equal(pod['automountServiceAccountToken'], false);
    assert.equal(pod['enableServiceLinks'], false);
    assert.equal(pod['serviceAccountName'], 'jobs');
    assert.ok(!JSON.stringify(pod).includes('serviceAccountToken'));
  });

  it('keeps to the restricted standard, on a root file system that can not be written', () => {
    const { pod, container } = template();
    assert.deepEqual(pod['securityContext'], {
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    assert.deepEqual(container['securityContext'], {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) assert.ok(!(field in pod));
    for (const volume of pod.volumes) assert.ok(!('hostPath' in volume));
  });

  it('leaves the files of claims to their group, unless the operator says otherwise', () => {
    const { pod } = template(BETWEEN_FOLDERS, { overlay: { fsGroup: 2000 } });
    const { fsGroup, fsGroupChangePolicy } = pod['securityContext'] as Record<string, unknown>;
    assert.deepEqual([fsGroup, fsGroupChangePolicy], [2000, 'OnRootMismatch']);
  });

  it('is never restarted in place, and leaves its report as the termination message', () => {
    const { pod, container } = template();
    assert.equal(pod['restartPolicy'], 'Never');
    assert.equal(container['terminationMessagePolicy'], 'File');
    const told = container.env.find(({ name }) => name === 'CASE_BACKUP_TERMINATION_MESSAGE');
    assert.equal(told?.value, container['terminationMessagePath']);
  });

  it('gets its secrets by reference, and only what must be there holds it back', () => {
    assert.deepEqual(secretsOf(logged), [
      'DROPBOX_APP_KEY = dropbox/DROPBOX_APP_KEY',
      'DROPBOX_APP_SECRET = dropbox/DROPBOX_APP_SECRET?',
      'DROPBOX_REFRESH_TOKEN = dropbox/DROPBOX_REFRESH_TOKEN?',
      'DROPBOX_ACCESS_TOKEN = dropbox/DROPBOX_ACCESS_TOKEN?',
      'DATABASE_URL = postgres/DATABASE_URL?',
    ]);
    assert.deepEqual(secretsOf(BETWEEN_FOLDERS), []);
    assert.equal(secretsOf(fromFolder)[0], 'DROPBOX_APP_KEY = theirs/DROPBOX_APP_KEY');
  });

  it('gets a policy that the job accepts and takes for the same', () => {
    const policy = aStoredPolicy(logged);
    const text = template(logged).container.env.find(({ name }) => name === 'CASE_BACKUP_POLICY')?.value ?? '';
    const parsed = parsePolicy(text, 'CASE_BACKUP_POLICY');
    assert.deepEqual(parsed.spec, policy.spec);
    assert.deepEqual([parsed.metadata.name, parsed.metadata.namespace], ['nightly', 'cases']);
  });

  it('is told which of all policies of that name it is of: its UID, and the installation that keeps it', () => {
    const text = template().container.env.find(({ name }) => name === 'CASE_BACKUP_POLICY')?.value ?? '';
    assert.deepEqual(homeOf(parsePolicy(text, 'CASE_BACKUP_POLICY')), {
      uid: 'uid-of-policy',
      namespace: 'cases',
      installation: 'uid-of-lease',
    });
  });

  it('gets the UID of its Job as the slot, so that a retry goes on where the first try ended', () => {
    const slot = template().container.env.find(({ name }) => name === 'CASE_BACKUP_SLOT');
    assert.equal(slot?.valueFrom?.fieldRef?.fieldPath, "metadata.labels['batch.kubernetes.io/controller-uid']");
  });

  it('has the claims where the policy says, the source to be read only', () => {
    const { pod, container } = template(BETWEEN_FOLDERS);
    assert.deepEqual(pod.volumes.slice(1), [
      { name: 'source', persistentVolumeClaim: { claimName: 'cases', readOnly: true } },
      { name: 'destination', persistentVolumeClaim: { claimName: 'backups' } },
    ]);
    assert.deepEqual(container.volumeMounts.slice(1), [
      { name: 'source', mountPath: '/mnt/cases', readOnly: true },
      { name: 'destination', mountPath: '/mnt/backups' },
    ]);
    assert.equal(template().pod.volumes.length, 1);
  });

  it('has what its operator decided: image, pull policy and pull secrets', () => {
    const { pod, container } = template({}, { overlay: { imagePullSecrets: [{ name: 'registry' }] } });
    assert.deepEqual([container['image'], container['imagePullPolicy']], ['registry.example/case-backup:1', 'Always']);
    assert.deepEqual(pod['imagePullSecrets'], [{ name: 'registry' }]);
    assert.ok(!('imagePullSecrets' in template().pod));
  });

  it("trusts the operator's authorities, from a ConfigMap that no policy can mount over", () => {
    const { pod, container } = template({}, { overlay: { caBundle: { configMap: 'office-ca', key: 'bundle.pem' } } });
    assert.deepEqual(pod.volumes.at(-1), {
      name: 'ca-bundle',
      configMap: { name: 'office-ca', items: [{ key: 'bundle.pem', path: 'ca.crt' }] },
    });
    const mount = { name: 'ca-bundle', mountPath: '/etc/case-backup/ca', readOnly: true };
    assert.deepEqual(container.volumeMounts.at(-1), mount);
    const told = container.env.find(({ name }) => name === 'NODE_EXTRA_CA_CERTS');
    assert.equal(told?.value, '/etc/case-backup/ca/ca.crt');
  });

  it('gets every value as it was written, though Kubernetes fills in $(NAME) and makes one dollar of two', () => {
    const strange = '/$(DROPBOX_APP_KEY)/$$/$';
    const { container } = template(
      { source: { ...aStoredPolicy().spec.source, exclude: [strange] } },
      { overlay: { env: { HTTPS_PROXY: strange } } },
    );
    const arrived = Object.fromEntries(
      container.env.map(({ name, value = '' }) => [name, expand(value, { DROPBOX_APP_KEY: 'secret' })]),
    );
    assert.equal(arrived['HTTPS_PROXY'], strange);
    const policy = parsePolicy(arrived['CASE_BACKUP_POLICY'] ?? '', 'CASE_BACKUP_POLICY');
    assert.deepEqual(policy.spec.source.exclude, [strange]);
  });

  it("has the labels and annotations of both, the operator's and its own before the policy's", () => {
    const { labels, annotations } = template(
      { job: { pod: { labels: { team: 'law', floor: '2' }, annotations: { note: 'a' } } } },
      { overlay: { labels: { team: 'operations' }, annotations: { note: 'b' } } },
    ).metadata;
    assert.deepEqual([labels['team'], labels['floor']], ['operations', '2']);
    assert.deepEqual([labels['casebackup.io/policy'], labels['casebackup.io/role']], ['nightly', 'backup']);
    assert.equal(annotations['note'], 'b');
  });

  it('has limits, those of the policy where it states any', () => {
    const resources = { limits: { memory: '1Gi' } };
    assert.deepEqual(template({ job: { resources } }).container['resources'], resources);
    assert.deepEqual((template().container['resources'] as { limits: object }).limits, { memory: '512Mi' });
  });
});

describe('The Secret of a policy', () => {
  it('is the one that the source or else the destination names', () => {
    assert.equal(credentialsSecret(aStoredPolicy().spec), 'dropbox');
    assert.equal(credentialsSecret(aStoredPolicy(fromFolder).spec), 'theirs');
    assert.equal(credentialsSecret(aStoredPolicy(BETWEEN_FOLDERS).spec), undefined);
  });
});
