import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import type { PodOverlay } from '../../../src/api/pod/overlay.ts';
import { readJobPod } from '../../../src/controller/job-pod-file.ts';
import { WHOLE_OVERLAY } from '../../api/whole-overlay.ts';
import { CHART } from '../helm.ts';
import { at, one } from '../manifest.ts';
import { render } from '../render.ts';

const POD = 'spec.template.spec';
const FILE = '/etc/case-backup/job-pod/job-pod.yaml';

describe('The file of controller --job-pod', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'case-backup-chart-job-pod-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** As the controller reads what is mounted. */
  async function fileOf(values: object): Promise<PodOverlay> {
    const map = one(await render(values), 'ConfigMap', 'case-backup-job-pod');
    const path = join(folder, 'job-pod.yaml');
    writeFileSync(path, (map['data'] as Record<string, string>)['job-pod.yaml'] ?? '');
    return readJobPod(path, []);
  }

  it('has everything that jobs.pod says, as the controller takes it', async () => {
    assert.deepEqual(await fileOf({ jobs: { pod: WHOLE_OVERLAY } }), WHOLE_OVERLAY);
  });

  it('is accepted of every values file in ci/ that has one', async () => {
    const values = parse(readFileSync(join(CHART, 'ci/full-values.yaml'), 'utf8')) as { jobs: { pod: object } };
    const file = await fileOf({ ...values, nameOverride: '', fullnameOverride: '' });
    assert.deepEqual(
      Object.keys(values.jobs.pod).filter((field) => !(field in file)),
      [],
    );
  });

  it('has the proxies and the authorities of all, unless the jobs have their own', async () => {
    const office = {
      proxy: { httpProxy: 'http://p.example:1', httpsProxy: 'http://p.example:2', noProxy: '.svc,10.0.0.0/8' },
      caBundle: { configMap: 'office-ca', key: 'bundle.pem' },
    };
    const env = { HTTP_PROXY: 'http://p.example:1', HTTPS_PROXY: 'http://p.example:2', NO_PROXY: '.svc,10.0.0.0/8' };
    assert.deepEqual(await fileOf(office), { env, caBundle: office.caBundle });
    const own = {
      env: { HTTPS_PROXY: 'http://jobs.example:3', TZ: 'Europe/Berlin' },
      caBundle: { configMap: 'jobs-ca' },
    };
    assert.deepEqual(await fileOf({ ...office, jobs: { pod: own } }), {
      env: { ...env, ...own.env },
      caBundle: { configMap: 'jobs-ca', key: 'ca.crt' },
    });
  });

  it('is mounted where the flag says, and a change of it starts new controllers', async () => {
    const controllerWith = async (team: string) =>
      one(await render({ jobs: { pod: { labels: { team } } } }), 'Deployment');
    const [first, other] = [await controllerWith('a'), await controllerWith('b')];
    const args = at(first, `${POD}.containers.0.args`) as string[];
    assert.equal(args[args.indexOf('--job-pod') + 1], FILE);
    assert.deepEqual(at(first, `${POD}.containers.0.volumeMounts`), [
      { name: 'job-pod', mountPath: '/etc/case-backup/job-pod', readOnly: true },
    ]);
    assert.deepEqual(at(first, `${POD}.volumes`), [{ name: 'job-pod', configMap: { name: 'case-backup-job-pod' } }]);
    const checksum = (deployment: object) =>
      (at(deployment, 'spec.template.metadata.annotations') as Record<string, string>)['checksum/job-pod'];
    assert.match(checksum(first) ?? '', /^[0-9a-f]{64}$/);
    assert.notEqual(checksum(first), checksum(other));
    assert.notEqual(checksum(first), createHash('sha256').update('').digest('hex'));
  });

  it('is not there, nor asked for, when nobody wants anything of it', async () => {
    const objects = await render();
    assert.equal(
      objects.some(({ kind }) => kind === 'ConfigMap'),
      false,
    );
    const args = at(one(objects, 'Deployment'), `${POD}.containers.0.args`) as string[];
    assert.ok(!args.includes('--job-pod'));
    assert.equal(at(one(objects, 'Deployment'), `${POD}.volumes`), undefined);
  });
});
