import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { kubectlOf } from '../stage/kubectl.ts';

export interface Given {
  readonly kind?: string;
  readonly metadata: { readonly name: string };
}

/**
 * What a server would not keep of these objects, as "Deployment/controller spec.template.spec.hostUsers": fields of a
 * feature that is off there go without a word. Fields that it has never heard of are an error.
 */
export async function lostFields(plane: ControlPlane, objects: readonly Given[]): Promise<string[]> {
  const dryRun = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict', '-o', 'json'];
  const input = objects.map((object) => JSON.stringify(object)).join('\n');
  const said = JSON.parse(await kubectlOf(plane)([...dryRun, '-f', '-'], input)) as { items?: object[] };
  // One object comes by itself, several in a list.
  const kept = said.items ?? [said];
  return objects.flatMap((object, i) =>
    missing(object, kept[i]).map((path) => `${object.kind}/${object.metadata.name} ${path}`),
  );
}

/** Paths of `given` at which `kept` has nothing or something else; it may have more. */
function missing(given: unknown, kept: unknown, path: readonly string[] = []): string[] {
  if (typeof given !== 'object' || given === null) return given === kept ? [] : [path.join('.')];
  if (typeof kept !== 'object' || kept === null) return [path.join('.')];
  return Object.entries(given).flatMap(([key, value]) => missing(value, Reflect.get(kept, key), [...path, key]));
}
