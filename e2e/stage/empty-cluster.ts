import assert from 'node:assert/strict';
import { applyAll, restrictedNamespace } from './office-objects.ts';
import { NAMESPACE } from './release.ts';
import { provisions, type Stage } from './stage.ts';

const CRD = 'casebackuppolicies.casebackup.io';

/** Does `work` in the stage's cluster as it is before anything of the product is in it; then the stage stands again. */
export async function inAnEmptyCluster(stage: Stage, work: () => Promise<void>): Promise<void> {
  const { plane } = stage.cluster;
  await clear(stage);
  try {
    await work();
  } finally {
    await clear(stage);
    await applyAll(plane, [restrictedNamespace(NAMESPACE), ...provisions(NAMESPACE, stage.dropbox, stage.postgres)]);
    await stage.release.install();
  }
}

async function clear({ kubectl, release }: Stage): Promise<void> {
  await release.helm(['uninstall', 'case-backup', '--wait', '--timeout', '3m', '--ignore-not-found']);
  await kubectl(['delete', 'crd', CRD, '--ignore-not-found', '--timeout=120s']);
  await kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=180s']);
  const left = await kubectl(['get', 'namespaces,crds,clusterroles,clusterrolebindings', '-o', 'name']);
  assert.doesNotMatch(left, /case-?backup/);
}
