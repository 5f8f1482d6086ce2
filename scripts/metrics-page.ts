import { collectDefaultMetrics, Registry } from 'prom-client';
import { dropboxCounters } from '../cmd/backup-job/dropbox-counters.ts';
import { serveRun } from '../cmd/backup-job/serve-run.ts';
import { registerControllerMetrics } from '../src/controller/metrics.ts';
import { POLICY_METRICS } from '../src/controller/policy/policy-metrics.ts';
import { systemClock } from '../src/host/clock.ts';
import { createKubeMetrics } from '../src/kube/metrics.ts';

interface Row {
  readonly name: string;
  readonly type: string;
  readonly labels?: readonly string[];
  readonly help: string;
}

/** docs/metrics.md: what the controller and a running job export, from the very code that exports it. */
export async function metricsPage(): Promise<string> {
  return `# Metrics

Made by \`npm run generate\` from the code.

## Policies

The controller's \`/metrics\` has these for every policy, each with the labels \`namespace\` and \`policy\`. All of them
are read from the policy and its status, so a restart changes nothing, a deleted policy leaves nothing, and a policy that
never ran has each series already. Times are instants in seconds since 1970, 0 for never; an age is
\`time() - …\`. Every replica exports them, and one may be a moment behind: take them together \`by (namespace, policy)\`, with
\`min\` where 0 is the bad news (\`…_success\`, a condition's \`status="True"\`) and with \`max\` everywhere else.

${table(POLICY_METRICS)}

## The controller itself

${table(await ofController())}

Besides, Node's own (\`process_*\`, \`nodejs_*\`). The names \`controller_runtime_*\`, \`workqueue_*\`,
\`rest_client_*\` and \`leader_election_*\` mean what they mean in any operator made with controller-runtime.

## A running job

\`--listen\` serves these while a run goes on; the label is \`policy\`, the namespace comes from the scrape.

${table(await ofJob())}
`;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, type, labels = [], help }) => {
    const more = labels.length > 0 ? `{${labels.join(', ')}}` : '';
    return `| \`${name}${more}\` | ${type} | ${help.replaceAll('|', '\\|')} |`;
  });
  return ['| metric | type | meaning |', '|---|---|---|', ...lines].join('\n');
}

async function ofController(): Promise<Row[]> {
  const registry = new Registry();
  const metrics = createKubeMetrics(registry);
  metrics.workqueue('q');
  metrics.elector('l');
  metrics.reconciler('c', 1);
  const caches = { contacts: () => [], policies: () => [], namespaces: () => [] };
  registerControllerMetrics({ registry, caches, crd: { gaps: () => [] }, clock: systemClock, version: '' });
  return await rowsOf(registry);
}

async function ofJob(): Promise<Row[]> {
  const registry = new Registry();
  serveRun(registry);
  dropboxCounters(registry, '');
  return await rowsOf(registry);
}

async function rowsOf(registry: Registry): Promise<Row[]> {
  const known = new Set((await defaults().getMetricsAsJSON()).map(({ name }) => name));
  return (await registry.getMetricsAsJSON())
    .filter(({ name }) => !known.has(name))
    .map(({ name, type, help }) => ({ name, type: String(type), help }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function defaults(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
