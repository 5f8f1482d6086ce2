import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dropboxEnv } from '../cli/policy-file.ts';
import { type ProcessKubelet, startProcessKubelet } from '../cluster/process-kubelet.ts';
import { until } from '../cluster/until.ts';
import { type Emulator, startEmulator } from '../dropbox/emulator.ts';
import { aPolicy } from './a-policy.ts';
import { type ControllerProcess, startController } from './controller-process.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';

const JOB = fileURLToPath(new URL('../../cmd/backup-job/main.ts', import.meta.url));
const CASES = 12;

describe('The real job in the loop', () => {
  let cluster: Cluster;
  let office: Omit<Office, 'kubelet'>;
  let controller: ControllerProcess;
  let emulator: Emulator;
  let kubelet: ProcessKubelet;
  let work: string;

  before(async () => {
    work = mkdtempSync(join(tmpdir(), 'case-backup-real-run-'));
    emulator = await startEmulator();
    for (let i = 0; i < CASES; i++)
      emulator.tree.put(`/CASES/USA${i}_Smith/letter.txt`, `Dear client ${i}, `.repeat(1000));
    cluster = await startCluster();
    office = await cluster.emptyOffice();
    kubelet = await startProcessKubelet(cluster.plane, office.namespace, ({ pod, env }) => ({
      argv: [process.execPath, JOB, ...argumentsOf(pod)],
      env: {
        ...env,
        CASE_BACKUP_DROPBOX_ORIGIN: emulator.origin,
        CASE_BACKUP_WORK_DIR: work,
        PATH: process.env['PATH'] ?? '',
      },
    }));
    const { CASE_BACKUP_DROPBOX_ORIGIN: _, ...secrets } = dropboxEnv(emulator);
    await cluster.plane.api.create(`/api/v1/namespaces/${office.namespace}/secrets`, {
      metadata: { name: 'dropbox' },
      stringData: secrets,
    });
    controller = await startController(office);
  });
  after(async () => {
    await kubelet?.stop();
    await controller?.stop();
    await cluster?.stop();
    await emulator?.close();
    rmSync(work, { recursive: true, force: true });
  });

  it('makes a verified ZIP from an applied policy and a run by hand, and the status is Fresh', {
    timeout: 120_000,
  }, async () => {
    await office.apply(aPolicy());
    await office.untilStatus('nightly', 'Ready', ({ conditions = [] }) => conditions[0]?.status === 'True');
    await office.runByHand('nightly', 'first');
    const wait = await cluster.plane.kubectl(
      ['wait', 'cbp/nightly', '-n', office.namespace, '--for=condition=Fresh', '--timeout=90s'],
      { within: 100_000 },
    );
    assert.equal(wait.code, 0, wait.stderr);
    const { lastRun, retention, conditions = [] } = await office.status('nightly');
    assert.equal(
      `${lastRun?.result} ${lastRun?.reason} ${lastRun?.cases} ${lastRun?.files}`,
      `Succeeded Verified ${CASES} ${CASES}`,
    );
    assert.equal(retention?.backups, 1);
    for (const type of ['LastRunSucceeded', 'Fresh', 'Verified', 'CredentialsValid', 'RetentionEnforced'])
      assert.equal(conditions.find((condition) => condition.type === type)?.status, 'True', type);
    const zip = await emulator.tree.read(lastRun?.backupPath ?? '');
    const file = join(work, 'backup.zip');
    writeFileSync(file, zip);
    const unzip = spawnSync('unzip', ['-tqq', file], { encoding: 'utf8' });
    assert.equal(unzip.status, 0, unzip.stdout);
  });

  it('leaves in its record which policy of which installation it was of', async () => {
    const { runId = '' } = (await office.status('nightly')).lastRun ?? {};
    const text = await emulator.tree.read(`/BACKUPS/.case-backup/runs/${runId}.json`);
    const { home } = JSON.parse(text.toString('utf8'));
    const uidOf = async (kind: string, name: string): Promise<string> =>
      (await cluster.plane.kubectl(['get', kind, name, '-n', office.namespace, '-o', 'jsonpath={.metadata.uid}']))
        .stdout;
    assert.deepEqual(home, {
      uid: await uidOf('cbp', 'nightly'),
      namespace: office.namespace,
      installation: await uidOf('lease', 'case-backup-controller'),
    });
    assert.match(home.installation, /^[0-9a-f-]{36}$/);
  });

  it('shows the stage of a run that goes on, from the pod itself', { timeout: 120_000 }, async () => {
    emulator.tree.put('/CASES/USA99_Slow/late.txt', 'at last');
    const gate = Promise.withResolvers<void>();
    const open = emulator.faults.onRequest(async ({ route, paths }) => {
      if (route === 'files/download' && paths.some((path) => path.includes('late.txt'))) await gate.promise;
    });
    await office.runByHand('nightly', 'second');
    const { activeRun } = await office.untilStatus(
      'nightly',
      'the stage',
      ({ activeRun }) => activeRun?.stage === 'Archiving',
      60_000,
    );
    assert.equal(activeRun?.jobName, 'second');
    assert.match(activeRun?.runId ?? '', /^\d{8}T\d{6}Z-/);
    assert.ok(activeRun?.bytesTotal !== undefined && activeRun.percent !== undefined);
    gate.resolve();
    const { lastRun, activeRun: after } = await office.untilStatus(
      'nightly',
      'the end',
      ({ lastRun }) => lastRun?.jobName === 'second',
      60_000,
    );
    open();
    assert.equal(lastRun?.runId, activeRun.runId);
    assert.equal(after, undefined);
  });

  it('learns from the report that a Secret is wrong, and from the pod that one is missing', {
    timeout: 120_000,
  }, async () => {
    await office.apply(
      aPolicy('wrong', { source: { dropbox: { credentialsSecretRef: { name: 'wrong' }, root: '/CASES' } } }),
    );
    await office.untilStatus('wrong', 'Ready', ({ conditions = [] }) => conditions[0]?.status === 'True');
    await office.runByHand('wrong', 'no-secret');
    const missing = await office.untilStatus(
      'wrong',
      'the missing Secret',
      ({ conditions = [] }) => conditions[0]?.reason === 'SecretMissing',
    );
    assert.match(missing.conditions?.[0]?.message ?? '', /secret "wrong" not found/);
    await cluster.plane.api.create(`/api/v1/namespaces/${office.namespace}/secrets`, {
      metadata: { name: 'wrong' },
      stringData: {
        DROPBOX_APP_KEY: 'nosuchkey123456',
        DROPBOX_APP_SECRET: 'nosuchsecret1234',
        DROPBOX_REFRESH_TOKEN: 'nosuchtoken12345',
      },
    });
    const refused = await office.untilStatus('wrong', 'the refusal', ({ lastRun }) => lastRun !== undefined, 60_000);
    assert.equal(refused.lastRun?.exitCode, 12);
    const valid = refused.conditions?.find(({ type }) => type === 'CredentialsValid');
    assert.equal(`${valid?.status} ${valid?.reason}`, `False ${refused.lastRun?.reason}`);
    assert.equal(refused.conditions?.[0]?.status, 'True', 'the policy itself is ready again');
    await until('the events', async () =>
      (await office.events('wrong')).some(({ reason }) => reason === 'BackupFailed'),
    );
  });
});

/** Each pod has an address of its own on a node; here all share loopback. */
function argumentsOf(pod: { spec: { containers: readonly { args?: readonly string[] }[] } }): string[] {
  return (pod.spec.containers[0]?.args ?? []).map((argument) => (argument === '8080' ? '127.0.0.1:8080' : argument));
}
