import assert from 'node:assert/strict';
import type { Deed } from './deeds.ts';
import type { Office } from './offices.ts';
import type { Stage } from './stage.ts';

/** One that could not be done for another reason than the right is no answer. */
const FORBIDDEN = /\(Forbidden\)|is forbidden: User/;

/** The API server's own answer to the question of `kubectl auth can-i`, without a process for each. */
export async function mayByReview({ cluster }: Stage, user: string, namespace: string, deed: Deed | undefined) {
  const [name = '', subresource] = deed?.resource.split('/') ?? [];
  const [resource, ...group] = name.split('.');
  const { status } = await cluster.plane.api.create<{ status: { allowed: boolean } }>(
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    {
      spec: {
        user,
        groups: ['system:authenticated'],
        resourceAttributes: { namespace, verb: deed?.verb, group: group.join('.'), resource, subresource },
      },
    },
  );
  return status.allowed;
}

export async function canI(
  { cluster }: Stage,
  user: string,
  { name }: Office,
  { verb, resource }: Deed,
): Promise<string> {
  const [kind = '', subresource] = resource.split('/');
  const sub = subresource === undefined ? [] : [`--subresource=${subresource}`];
  const { stdout } = await cluster.plane.kubectl(['auth', 'can-i', verb, kind, ...sub, '-n', name, '--as', user]);
  return stdout.trim();
}

/** Tries them one after the other, and returns what was done; all else must have been forbidden. */
export async function doneBy(
  { cluster }: Stage,
  user: string,
  { name }: Office,
  deeds: readonly Deed[],
): Promise<string[]> {
  const done: string[] = [];
  for (const { what, command, input = '' } of deeds) {
    const { code, stderr } = await cluster.plane.kubectl([...command, '-n', name, '--as', user], { input });
    if (code === 0) done.push(what);
    else assert.match(stderr, FORBIDDEN, `${user} in ${name}: ${what}`);
  }
  return done;
}

interface Standing {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: object;
}

/** All policies, CronJobs and Jobs of these namespaces, with what was asked of them. */
export async function whatStands({ cluster }: Stage, namespaces: readonly string[]): Promise<string[]> {
  const kinds = ['casebackup.io/v1alpha1/casebackuppolicies', 'batch/v1/cronjobs', 'batch/v1/jobs'];
  const found = await Promise.all(kinds.map((kind) => cluster.plane.api.list<Standing>(`/apis/${kind}`)));
  return found
    .flat()
    .filter(({ metadata }) => namespaces.includes(metadata.namespace))
    .map(({ metadata: { namespace, name, uid }, spec }) => `${namespace}/${name} ${uid} ${JSON.stringify(spec)}`)
    .sort();
}
