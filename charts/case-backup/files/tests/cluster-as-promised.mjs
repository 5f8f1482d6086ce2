// `helm test`: with the controller's own token, asks the API server whether it serves the CRD, and whether the controller
// may do what its rules say, and nothing of what it must never do. $PROMISES has the questions.
import { readFileSync } from 'node:fs';

const { allowed, denied } = JSON.parse(process.env.PROMISES);
const account = '/var/run/secrets/kubernetes.io/serviceaccount';
const server = process.env.API_SERVER ?? 'https://kubernetes.default.svc';
const token = process.env.API_TOKEN ?? readFileSync(`${account}/token`, 'utf8');

const faults = [...(await crdFaults()), ...(await Promise.all(questions().map(rightFault)))].filter(Boolean);
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length === 0) process.stdout.write(`the CRD is served, and ${questions().length} rights are as promised\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function crdFaults() {
  const { resources = [] } = await ask('/apis/casebackup.io/v1alpha1');
  const served = resources.map(({ name }) => name);
  return ['casebackuppolicies', 'casebackuppolicies/status']
    .filter((name) => !served.includes(name))
    .map((name) => `${name} is not served: is the CRD installed (crds.install)?`);
}

function questions() {
  return [
    ...allowed.flatMap((promise) => attributes(promise).map((right) => ({ right, wanted: true }))),
    ...denied.flatMap((promise) => attributes(promise).map((right) => ({ right, wanted: false }))),
  ];
}

function attributes({ namespace, rules }) {
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((path) => {
        const [resource, subresource] = path.split('/');
        return verbs.map((verb) => ({ namespace, group, resource, subresource, verb }));
      }),
    ),
  );
}

async function rightFault({ right, wanted }) {
  const review = await ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: right },
  });
  if (review.status?.allowed === wanted) return undefined;
  const where = right.namespace === '' ? 'in all namespaces' : `in namespace ${right.namespace}`;
  const what = [right.resource, right.subresource].filter(Boolean).join('/');
  return `the controller ${wanted ? 'may not' : 'may'} ${right.verb} ${what} ${where}, and ${wanted ? 'has to' : 'must not'}`;
}

async function ask(path, body) {
  const response = await fetch(`${server}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok || response.status === 404) return response.json();
  throw new Error(`${path}: ${response.status} ${await response.text()}`);
}
