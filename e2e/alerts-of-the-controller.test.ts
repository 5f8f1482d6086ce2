import { describe, it } from 'node:test';
import { alertsOf, ruleGroups } from '../test/chart/alert-rules.ts';
import { aPolicy } from '../test/controller/a-policy.ts';
import { command } from './cluster/command.ts';
import { BRIDGE } from './cluster/places.ts';
import { applyAll } from './stage/office-objects.ts';
import type { Stage } from './stage/stage.ts';
import { type AnotherRelease, anotherRelease, CONTROLLERS } from './watch/another-release.ts';
import { provesAlerts } from './watch/caused.ts';
import { FOUND_BY } from './watch/objects.ts';

const CRD = 'casebackuppolicies.casebackup.io';
const MINUTES = 60_000;
const POLICY = 'nightly';
/** Ten times as many as fail within a minute. */
const LOOKS = 250;
const DOWN = 'CaseBackupControllerDown';
/** Releases and their namespaces, each for one test. */
const OLD = 'old-crd';
const REFUSED = 'refused-status';
const CONTESTED = 'contested';
const RIVAL = 'rival';
const APART = 'apart';
const GONE = 'gone';

describe('Alerts of the controller', () => {
  it(
    'are told when it starts beside a CRD of an older release',
    { timeout: 15 * MINUTES },
    provesAlerts(async (watch) => {
      const own = JSON.parse(await watch.kubectl(['get', 'crd', CRD, '-o', 'json']));
      const older = structuredClone(own);
      delete older.spec.versions[0].schema.openAPIV3Schema.properties.status.properties.baseline;
      const replace = async (crd: { metadata: { resourceVersion?: string } }): Promise<void> => {
        delete crd.metadata.resourceVersion;
        await watch.kubectl(['replace', '-f', '-'], JSON.stringify(crd));
      };
      const release = await anotherRelease(watch, OLD);
      await release.policies.apply(aPolicy(POLICY));
      return {
        cause: 'the CRD lacks a field, as an older one does; a controller starts',
        cure: 'the CRD of this release',
        about: { policy: '', namespace: OLD },
        alerts: ['CaseBackupCrdOutdated'],
        async bring() {
          await replace(older);
          await watch.kubectl(['delete', 'pod', '-n', OLD, '-l', CONTROLLERS]);
        },
        heal: () => replace(own),
      };
    }),
  );

  // The CRD is everybody's: beside the test above, these would tell of it as well.
  describe('of other releases', { concurrency: true }, () => {
    it(
      'are told while an admission refuses what it writes',
      { timeout: 25 * MINUTES },
      provesAlerts(async (watch) => {
        const { policies } = await anotherRelease(watch, REFUSED);
        return {
          cause: 'an admission refuses the status of its policies',
          cure: `it is taken away, and ${LOOKS} changes of the policy pass`,
          about: { policy: '', namespace: REFUSED },
          alerts: ['CaseBackupReconcileErrors'],
          async bring() {
            await applyAll(watch.cluster.plane, refusalOfStatus(REFUSED));
            await policies.apply(aPolicy(POLICY));
          },
          async heal() {
            for (const kind of ['validatingadmissionpolicybinding', 'validatingadmissionpolicy'])
              await watch.kubectl(['delete', kind, REFUSED]);
            // Each is a look that succeeds; without them fifteen minutes would have to pass.
            for (let look = 0; look < LOOKS; look++)
              await watch.kubectl(['annotate', 'cbp', POLICY, '-n', REFUSED, `look=${look}`, '--overwrite']);
          },
        };
      }),
    );

    it(
      'are told while a second one keeps the same policies',
      { timeout: 25 * MINUTES },
      provesAlerts(async (watch) => {
        const { policies } = await anotherRelease(watch, CONTESTED);
        await policies.apply(aPolicy(POLICY));
        let rival: AnotherRelease | undefined;
        return {
          cause: 'a second release serves the same namespace',
          cure: 'it is uninstalled; within six minutes the other one looks again',
          about: { policy: '', namespace: CONTESTED },
          alerts: ['CaseBackupControllerContested'],
          within: 10 * MINUTES,
          async bring() {
            rival = await anotherRelease(watch, RIVAL, { scope: { mode: 'Namespaces', namespaces: [CONTESTED] } });
          },
          heal: async () => await rival?.uninstall(),
        };
      }),
    );

    it(
      'are told when the API server does not answer it',
      { timeout: 30 * MINUTES },
      provesAlerts(async (watch) => {
        await anotherRelease(watch, APART);
        const { port } = new URL(watch.cluster.plane.url);
        const from = await podAddress(watch, APART);
        const rule = ['INPUT', '-i', BRIDGE, '-s', from, '-p', 'tcp', '--dport', port, '-j', 'DROP'];
        return {
          cause: 'the controller is cut off from the API server',
          cure: 'it is no longer',
          about: { policy: '', namespace: APART },
          alerts: ['CaseBackupLeaderMissing', 'CaseBackupNamespaceNotServed', 'CaseBackupWatchStale'],
          // Ten minutes without a leader are in the expression itself.
          within: 15 * MINUTES,
          bring: async () => void (await command('iptables', '-I', ...rule)),
          heal: async () => void (await command('iptables', '-D', ...rule)),
        };
      }),
    );

    it(
      'are told when it is gone, also of a CronJob that it would have let go on',
      { timeout: 30 * MINUTES },
      provesAlerts(async (watch) => {
        // Of the rules only that of its own controller: the stage's release has all others.
        const disabled = alertsOf(ruleGroups()).flatMap(({ alert }) => (alert === DOWN ? [] : [alert]));
        const alerts = { enabled: true, labels: FOUND_BY, disabled, overrides: { [DOWN]: { for: '10s' } } };
        const { policies, scale } = await anotherRelease(watch, GONE, { alerts });
        await policies.apply(aPolicy(POLICY));
        await policies.untilStatus(POLICY, 'its CronJob', ({ cronJobName }) => cronJobName !== undefined);
        return {
          cause: 'the controller is scaled to 0, and a CronJob suspended by hand',
          cure: 'it is scaled to 1',
          about: { namespace: GONE },
          alerts: [DOWN, 'CaseBackupCronJobSuspended'],
          // A target that is gone is not down: the last that was known of it has to be ten minutes old.
          within: 15 * MINUTES,
          async bring() {
            await scale(0);
            await watch.kubectl(['wait', 'pod', '-l', CONTROLLERS, '--for=delete', '--timeout=60s', '-n', GONE]);
            const cronJob = `cronjob/case-backup-${POLICY}`;
            await watch.kubectl(['patch', cronJob, '-n', GONE, '--type=merge', '-p', '{"spec":{"suspend":true}}']);
          },
          heal: () => scale(1),
        };
      }),
    );
  });
});

interface PodObject {
  readonly status: { readonly podIP?: string };
}

/** Of the one controller in a namespace. */
async function podAddress({ cluster }: Stage, namespace: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(CONTROLLERS)}`;
  const [pod] = await cluster.plane.api.list<PodObject>(path);
  return pod?.status.podIP ?? '';
}

const refusalOfStatus = (namespace: string): object[] => {
  const group = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name: namespace } };
  const rule = { apiGroups: ['casebackup.io'], apiVersions: ['*'], operations: ['UPDATE'] };
  return [
    {
      ...group,
      kind: 'ValidatingAdmissionPolicy',
      spec: {
        matchConstraints: { resourceRules: [{ ...rule, resources: ['casebackuppolicies/status'] }] },
        validations: [{ expression: `object.metadata.namespace != '${namespace}'` }],
      },
    },
    {
      ...group,
      kind: 'ValidatingAdmissionPolicyBinding',
      spec: { policyName: namespace, validationActions: ['Deny'] },
    },
  ];
};
