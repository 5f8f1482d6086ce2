import { join, posix } from 'node:path';
import { built } from './go-build.ts';
import { requiredVersion } from './required-version.ts';

/**
 * Programs in Go that render, judge and watch the chart. Each has a folder with a go.mod of its own, so that none decides which
 * versions another is made of; `node test/tools/tools.ts NAME…` builds some and prints their paths.
 *
 * A newer version: raise it in that go.mod, `GOFLAGS=-mod=mod CGO_ENABLED=0 go build -o /dev/null PACKAGE` there, and
 * commit go.mod and go.sum. Not `go install PACKAGE@VERSION`, nor `go mod tidy`: both ask for more than the build needs.
 */
interface GoTool {
  readonly module: string;
  /** Folder of its program in the module; '' is the module itself. */
  readonly program: string;
  readonly tags?: readonly string[];
  /** Variables in the module that its authors' own build fills in. */
  readonly variables?: (versionOf: VersionOf) => Readonly<Record<string, string>>;
}

/** By its go.mod. */
type VersionOf = (module: string) => string;

const PROMETHEUS_OPERATOR = 'github.com/prometheus-operator/prometheus-operator';

const TOOLS = {
  helm4: { module: 'helm.sh/helm/v4', program: 'cmd/helm', variables: helm4Variables },
  helm3: { module: 'helm.sh/helm/v3', program: 'cmd/helm', variables: helm3Variables },
  'helm-docs': { module: 'github.com/norwoodj/helm-docs', program: 'cmd/helm-docs' },
  kubeconform: { module: 'github.com/yannh/kubeconform', program: 'cmd/kubeconform' },
  // Service discovery is two thirds of it, and nothing here looks for targets.
  promtool: { module: 'github.com/prometheus/prometheus', program: 'cmd/promtool', tags: ['remove_all_sd'] },
  pint: { module: 'github.com/cloudflare/pint', program: 'cmd/pint' },
  actionlint: { module: 'github.com/rhysd/actionlint', program: 'cmd/actionlint' },
  'prometheus-operator': { module: PROMETHEUS_OPERATOR, program: 'cmd/operator' },
  'prometheus-config-reloader': { module: PROMETHEUS_OPERATOR, program: 'cmd/prometheus-config-reloader' },
  prometheus: {
    module: 'github.com/prometheus/prometheus',
    program: 'cmd/prometheus',
    // Its targets are found in Kubernetes alone.
    tags: ['remove_all_sd', 'enable_kubernetes_sd'],
  },
  'kube-state-metrics': { module: 'k8s.io/kube-state-metrics/v2', program: '' },
} as const satisfies Readonly<Record<string, GoTool>>;

export type ToolName = keyof typeof TOOLS;
export type HelmName = Extract<ToolName, `helm${number}`>;
export const TOOL_NAMES = Object.keys(TOOLS) as readonly ToolName[];

const paths = new Map<ToolName, Promise<string>>();

/** Path of the program, which is built the first time, in up to two minutes, and then lies in the user's cache. */
export function tool(name: ToolName): Promise<string> {
  const path = paths.get(name) ?? build(name);
  paths.set(name, path);
  return path;
}

/** The module that it is made of, in the version that its go.mod has: helm.sh/helm/v4, v4.3.2. */
export function moduleOf(name: ToolName): { readonly module: string; readonly version: string } {
  const { module } = TOOLS[name];
  return { module, version: requiredVersion(folderOf(name), module) };
}

function build(name: ToolName): Promise<string> {
  const { module, program, tags = [], variables }: GoTool = TOOLS[name];
  const filled = Object.entries(variables?.((required) => requiredVersion(folderOf(name), required)) ?? {});
  const linking = filled.map(([variable, value]) => `-X ${module}/${variable}=${value}`);
  return built({
    name,
    folder: folderOf(name),
    modules: 'go',
    packagePath: posix.join(module, program),
    flags: ['-tags', tags.join(','), '-ldflags', ['-s -w', ...linking].join(' ')],
    orElse: 'it builds the programs that render and judge the chart',
  });
}

function helm4Variables(versionOf: VersionOf): Readonly<Record<string, string>> {
  return { 'internal/version.version': versionOf('helm.sh/helm/v4') };
}

/** As its Makefile does; else it takes a cluster that it can't ask for a Kubernetes 1.20. Helm 4 finds it out by itself. */
function helm3Variables(versionOf: VersionOf): Readonly<Record<string, string>> {
  const minor = /^v0\.(\d+)\./.exec(versionOf('k8s.io/client-go'))?.[1] ?? '';
  const names = ['pkg/chartutil.k8sVersion', 'pkg/lint/rules.k8sVersion'];
  return {
    'internal/version.version': versionOf('helm.sh/helm/v3'),
    ...Object.fromEntries(names.flatMap((name) => Object.entries({ [`${name}Major`]: '1', [`${name}Minor`]: minor }))),
  };
}

const folderOf = (name: ToolName): string => join(import.meta.dirname, name);

if (import.meta.main) for (const name of process.argv.slice(2)) console.log(await tool(name as ToolName));
