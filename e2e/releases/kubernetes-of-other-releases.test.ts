import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { desiredCronJob } from '../../src/controller/policy/cronjob.ts';
import { WHOLE_POD } from '../../test/api/pod-policies.ts';
import { WHOLE_OVERLAY } from '../../test/api/whole-overlay.ts';
import { CHART } from '../../test/chart/helm.ts';
import { at, type Rendered } from '../../test/chart/manifest.ts';
import { render } from '../../test/chart/render.ts';
import { OTHER_RELEASES, type OtherRelease, versionOf } from '../../test/cluster/build.ts';
import { until } from '../../test/cluster/until.ts';
import { aPolicy } from '../../test/controller/a-policy.ts';
import { conditionIn } from '../../test/controller/told-of-runs.ts';
import { proveGood } from '../stage/prove-good.ts';
import { NAMESPACE } from '../stage/release.ts';
import { lostFields } from './kept-fields.ts';
import { type Office, openOffice } from './office.ts';

/** Building the release the first time is in it. */
const LONGEST_START_MS = 25 * 60_000;
const VALUES_NAMESPACE = 'values';
const SETTINGS = {
  image: 'example/case-backup:test',
  imagePullPolicy: 'IfNotPresent',
  serviceAccount: 'case-backup-job',
  overlay: WHOLE_OVERLAY,
} as const;

/** Kubernetes has user namespaces by default from 1.33 on; before, their field is dropped without a word. */
const LOST: Readonly<Record<OtherRelease, readonly string[]>> = {
  1.31: ['Deployment/office-vault-controller spec.template.spec.hostUsers'],
  1.34: [],
  1.37: [],
};

describe('Kubernetes of another release', () => {
  for (const release of OTHER_RELEASES)
    describe(`which is ${release}`, () => {
      let office: Office;
      before(
        async () => {
          office = await openOffice(release);
        },
        { timeout: LONGEST_START_MS },
      );
      after(() => office?.stop());

      it('gets the chart, makes backups by hand and by night, and the status is good', {
        timeout: 300_000,
      }, async (test) => {
        const { gitVersion } = await office.plane.api.get<{ gitVersion: string }>('/version');
        assert.equal(gitVersion, versionOf(release));
        const start = performance.now();
        const said = (what: string): void =>
          test.diagnostic(`Kubernetes ${gitVersion}: ${what} after ${Math.round(performance.now() - start)} ms`);
        await office.install();
        said('installed');
        await office.policies.apply(aPolicy());
        await office.kubectl(['wait', 'cbp/nightly', '-n', NAMESPACE, '--for=condition=Ready', '--timeout=60s']);
        await office.policies.runByHand('nightly', 'first');
        await goodRun('Manual');
        said('a verified backup');
        await office.policies.apply(aPolicy('nightly', { schedule: '* * * * *' }));
        await goodRun('Scheduled');
        said('a verified backup by its schedule');
        await office.policies.apply(aPolicy('nightly', { suspend: true }));
      });

      async function goodRun(trigger: 'Manual' | 'Scheduled'): Promise<void> {
        const status = await office.policies.untilStatus(
          'nightly',
          `the end of a run that was ${trigger}`,
          ({ lastRun, activeRun }) => lastRun?.trigger === trigger && activeRun === undefined,
          120_000,
        );
        const { lastRun } = status;
        assert.equal(`${lastRun?.result} ${lastRun?.reason}`, 'Succeeded Verified', lastRun?.message);
        for (const type of ['Ready', 'LastRunSucceeded', 'Fresh', 'Verified', 'CredentialsValid'] as const)
          assert.equal(conditionIn(status, type)?.status, 'True', type);
        await proveGood(office.dropbox, lastRun?.backupPath ?? '');
      }

      it('fails a Job with credentials that are wrong at once, and the status says so', {
        timeout: 120_000,
      }, async () => {
        const names = ['DROPBOX_APP_KEY', 'DROPBOX_APP_SECRET', 'DROPBOX_REFRESH_TOKEN'];
        const literals = names.map((name) => `--from-literal=${name}=nosuchvalue1234`);
        await office.kubectl(['create', 'secret', 'generic', 'wrong', '-n', NAMESPACE, ...literals]);
        const source = { dropbox: { credentialsSecretRef: { name: 'wrong' }, root: '/CASES' } };
        await office.policies.apply(aPolicy('wrong', { source }));
        await office.kubectl(['wait', 'cbp/wrong', '-n', NAMESPACE, '--for=condition=Ready', '--timeout=60s']);
        await office.policies.runByHand('wrong', 'refused');
        const status = await office.policies.untilStatus(
          'wrong',
          'the refusal',
          ({ lastRun }) => lastRun !== undefined,
        );
        assert.deepEqual([status.lastRun?.result, status.lastRun?.exitCode], ['Failed', 12]);
        assert.equal(conditionIn(status, 'CredentialsValid')?.status, 'False');
        const job = await office.plane.api.get<{ status: { failed: number } }>(office.policies.path('jobs', 'refused'));
        assert.equal(job.status.failed, 1);
      });

      it('keeps every field of the chart that it has a use for', { timeout: 300_000 }, async () => {
        const objects: Rendered[] = [];
        for (const file of globSync(join(CHART, 'ci/*-values.yaml'))) {
          const values = parse(readFileSync(file, 'utf8')) as object;
          const rendered = await render(values, { kubeVersion: versionOf(release), namespace: VALUES_NAMESPACE });
          objects.push(...rendered.filter(({ apiVersion }) => !apiVersion.startsWith('monitoring.coreos.com/')));
        }
        // No dry run is made in a namespace that is not there, nor of a pod without its account.
        const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
        for (const name of namespaces) await office.kubectl(['create', 'namespace', name]);
        for (const account of objects.filter(({ kind }) => kind === 'ServiceAccount'))
          await office.kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(account));
        assert.deepEqual(await lostFields(office.plane, objects), LOST[release]);
      });

      it('keeps every field of a CronJob', async () => {
        await office.policies.apply(aPolicy('whole', { suspend: true, job: { pod: WHOLE_POD } }));
        const policy = await until('the policy', () => office.policies.policy('whole'));
        assert.deepEqual(await lostFields(office.plane, [desiredCronJob(policy, SETTINGS, 'here')]), []);
      });

      it('upgrades the chart, and Helm tells whose controller gets no users of its own', {
        timeout: 180_000,
      }, async () => {
        const asked = ['--set-string', 'controller.hostUsers=false'];
        const notes = await office.helm(['upgrade', 'case-backup', CHART, ...asked, '--wait', '--timeout=2m']);
        const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/case-backup-controller`;
        const deployment = await office.plane.api.get(path);
        const dropped = at(deployment, 'spec.template.spec.hostUsers') === undefined;
        assert.equal(notes.includes('controller.hostUsers has NO effect'), dropped, notes);
        assert.equal(dropped, LOST[release].length > 0);
      });

      it('lets the chart go, and keeps the policies and their kind', { timeout: 120_000 }, async () => {
        await office.helm(['uninstall', 'case-backup', '--wait']);
        const left = await office.kubectl(['get', 'deployments,cbp', '-n', NAMESPACE, '-o', 'name']);
        const policies = ['nightly', 'whole', 'wrong'].map((name) => `casebackuppolicy.casebackup.io/${name}`);
        assert.deepEqual(left.trim().split('\n'), policies);
      });
    });
});
