import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

interface Rules {
  readonly policies: readonly object[];
  readonly leaderElection: readonly object[];
}

const NAMESPACE = 'case-backup';
const NAME = 'case-backup-controller';
const IMAGE = 'case-backup:dev';
const PORT = 8080;
/** The image's user; see the Dockerfile. */
const USER = 10001;
/**
 * V8 lets what is new take three times 16 MiB before it looks for garbage. 4 MiB take 35 to 50 MiB off the peak with a
 * thousand policies, and no more processor time.
 */
const NODE_OPTIONS = ['--max-semi-space-size=4'];

/** k8s/controller.yaml: the controller in a namespace of its own, without Helm, under exactly the rules of the chart. */
export function installManifest(): string {
  const rules = parse(
    readFileSync(new URL('../charts/case-backup/files/controller-rules.yaml', import.meta.url), 'utf8'),
  ) as Rules;
  const objects = [namespace(), account(NAME), account('case-backup-job'), role(rules), binding(), deployment()];
  const head = `# Made by \`npm run generate\`. The controller for the policies of namespace ${NAMESPACE}; apply k8s/crds/ first, and put
# the image that you have built in place of ${IMAGE} (twice: the controller's own, and the jobs').\n`;
  return head + objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n');
}

const metadata = (name: string): object => ({
  name,
  namespace: NAMESPACE,
  labels: { 'app.kubernetes.io/name': 'case-backup' },
});

const namespace = (): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: NAMESPACE, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
});

const account = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadata(name),
  automountServiceAccountToken: name === NAME,
});

const role = ({ policies, leaderElection }: Rules): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: metadata(NAME),
  rules: [...policies, ...leaderElection],
});

const binding = (): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: metadata(NAME),
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: NAME },
  subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }],
});

function deployment(): object {
  const labels = { 'app.kubernetes.io/name': 'case-backup', 'app.kubernetes.io/component': 'controller' };
  const probe = (path: string): object => ({ httpGet: { path, port: 'http' }, periodSeconds: 10, timeoutSeconds: 3 });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(NAME),
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: NAME,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'controller',
              image: IMAGE,
              command: ['node', ...NODE_OPTIONS, 'cmd/controller/main.ts'],
              args: ['--job-image', IMAGE, '--job-service-account', 'case-backup-job', '--listen', String(PORT)],
              ports: [{ name: 'http', containerPort: PORT }],
              livenessProbe: probe('/healthz'),
              readinessProbe: probe('/readyz'),
              resources: { requests: { cpu: '100m', memory: '160Mi' }, limits: { memory: '256Mi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
                readOnlyRootFilesystem: true,
              },
            },
          ],
        },
      },
    },
  };
}
