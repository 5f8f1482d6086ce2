import { readFileSync } from 'node:fs';
import { after, before } from 'node:test';
import { parse } from 'yaml';
import { GROUP, VERSION } from '../../src/api/policy.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import type { Said } from './kubectl.ts';

/** A control plane that serves our CRD, from the file that a user would apply, and a namespace to try policies in. */
export interface CrdPlane {
  readonly plane: ControlPlane;
  kubectl(args: readonly string[], input?: object): Promise<Said>;
  apply(policy: object, ...args: string[]): Promise<Said>;
  stored(name: string): Promise<{ spec: Record<string, unknown>; status?: unknown }>;
  /** Path of a policy in the API. */
  pathOf(name: string): string;
}

const CRD = new URL('../../k8s/crds/casebackup.io_casebackuppolicies.yaml', import.meta.url);

/** Starts it before the file's tests and stops it after them. */
export function crdPlane(): CrdPlane {
  let plane: ControlPlane;
  let namespace = '';
  before(async () => {
    plane = await startControlPlane({ crds: [parse(readFileSync(CRD, 'utf8'))], controllerManager: false });
    namespace = await plane.ownNamespace();
  });
  after(() => plane?.stop());

  const kubectl = (args: readonly string[], input?: object): Promise<Said> =>
    plane.kubectl([...args, '-n', namespace], input ? { input: JSON.stringify(input) } : {});
  const pathOf = (name: string): string =>
    `/apis/${GROUP}/${VERSION}/namespaces/${namespace}/casebackuppolicies/${name}`;
  return {
    get plane() {
      return plane;
    },
    kubectl,
    apply: (policy, ...args) => kubectl(['apply', '-f', '-', ...args], policy),
    stored: (name) => plane.api.get(pathOf(name)),
    pathOf,
  };
}
