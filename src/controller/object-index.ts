import type { KubeObject } from '../kube/objects.ts';
import type { Change } from '../kube/reflector.ts';

/** The cached objects by something that many of them share, kept by the reflector's changes: 20,000 Jobs by policy. */
export interface ObjectIndex<T> {
  change(change: Change<T>): void;
  of(group: string): readonly T[];
}

export function objectIndex<T extends KubeObject>(groupOf: (object: T) => string | undefined): ObjectIndex<T> {
  const groups = new Map<string, Map<string, T>>();
  const put = (key: string, object: T): void => {
    const group = groupOf(object);
    if (group === undefined) return;
    const members = groups.get(group) ?? new Map<string, T>();
    members.set(key, object);
    groups.set(group, members);
  };
  const take = (key: string, object: T): void => {
    const group = groupOf(object);
    const members = group === undefined ? undefined : groups.get(group);
    members?.delete(key);
    if (group !== undefined && members?.size === 0) groups.delete(group);
  };
  return {
    change({ key, before, after }) {
      if (before) take(key, before);
      if (after) put(key, after);
    },
    of: (group) => [...(groups.get(group)?.values() ?? [])],
  };
}
