import type { Plan } from './plan.ts';

/**
 * A volume that went away while the source was listed looks like a folder from which all was deleted, and one that came
 * hides what lay in its folder. What is in the folder now is in the plan, and the folder is accounted for as not seen.
 */
export function nameChanged(plan: Plan, before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): void {
  for (const folder of new Set([...before.keys(), ...now.keys()])) {
    if (before.get(folder) === now.get(folder) || plan.excludesBelow(folder)) continue;
    const there = plan.at(folder);
    if (there?.kind === 'folder') plan.apply([{ ...there, unseen: 'unreachable' }]);
    else if (!there) plan.apply([{ kind: 'unusable', path: folder, key: folder, reason: 'unreachable' }]);
  }
}
