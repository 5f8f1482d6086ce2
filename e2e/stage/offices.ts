import { applyAll, restrictedNamespace } from './office-objects.ts';
import { benchValues, releaseIn, SECOND } from './release.ts';
import { servedNamespace } from './served-namespace.ts';
import { provisions, type Stage, wayOut } from './stage.ts';

/** One of several namespaces that a release serves, with its people, and what the night helpers need of it. */
export interface Office extends Stage {
  readonly name: string;
  /** Has the cluster's role `edit` here and nowhere else. */
  readonly person: string;
  /** May start runs here, by the chart's role. */
  readonly starter: string;
}

export interface Offices {
  readonly all: readonly Office[];
  close(): Promise<void>;
}

const RELEASE = 'offices';
/** In every office; the spare one is for somebody to delete. */
export const [POLICY, SPARE] = ['nightly', 'spare'];

/** A second release beside the stage's own, which serves these namespaces and has a policy in each. */
export async function openOffices(stage: Stage, names: readonly string[]): Promise<Offices> {
  const { plane } = stage.cluster;
  const all = names.map((name): Office => {
    const [person, starter] = [`person-of-${name}`, `starter-of-${name}`];
    return { ...stage, ...servedNamespace(plane, name, RELEASE), name, person, starter };
  });
  await applyAll(plane, [RELEASE, ...names].map(restrictedNamespace));
  await applyAll(plane, [
    ...[RELEASE, ...names].flatMap((name) => provisions(name, stage.dropbox, stage.postgres)),
    ...all.flatMap(({ name, person, starter }) => [
      binding(name, 'edit', person),
      binding(name, 'case-backup-runner', starter),
    ]),
  ]);
  const values = {
    ...benchValues(plane),
    ...wayOut(stage.dropbox),
    scope: { mode: 'Namespaces', namespaces: names },
    ...SECOND,
  };
  const release = releaseIn(plane, values, { name: RELEASE, namespace: RELEASE });
  await release.install();
  for (const { name, policy } of all)
    await policy(POLICY, { destination: { dropbox: { folder: `/BACKUPS-${name}` } } });
  return {
    all,
    async close() {
      await release.helm(['uninstall', RELEASE]);
      await stage.kubectl(['delete', 'namespace', ...names, RELEASE, '--wait=false']);
    },
  };
}

const binding = (namespace: string, role: string, user: string): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: user, namespace },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
});
