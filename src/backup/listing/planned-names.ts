import { createHash } from 'node:crypto';
import { encodeName, foldName, isTooLong, markedName } from './archive-names.ts';
import type { Plan } from './plan.ts';

/** The name in the archive of an entry by its key, the folded path of its folder there, and its own name. */
export type NameChooser = (key: string, parentFolded: string, name: string) => string;

/**
 * Decides names, once, before anything is written: a second name that some computer would take for the first gets ` ~2`,
 * in the order of the archive, so that the same tree always gets the same names. What can't be told from the entry's own
 * name alone is kept in the plan.
 */
export const decideNames =
  (plan: Plan): NameChooser =>
  (key, parentFolded, name) => {
    const plain = encodeName(name);
    const first = isTooLong(plain) ? markedName(plain, ` ~${digestMark(name)}`) : plain;
    let chosen = first;
    for (let n = 2; !plan.claim(foldHash(`${parentFolded}/${foldName(chosen)}`)); n++)
      chosen = markedName(first, ` ~${n}`);
    if (chosen !== plain) plan.rename(key, chosen);
    return chosen;
  };

/** The names that were decided. */
export const decidedNames =
  (plan: Plan): NameChooser =>
  (key, _, name) =>
    plan.renamed(key) ?? encodeName(name);

/** 48 bits: a false twin among a million names has a chance of 1 in 500 and costs a needless ` ~2`. */
const foldHash = (folded: string): number => createHash('sha256').update(folded).digest().readUIntBE(0, 6);

const digestMark = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 8);
