import fc from 'fast-check';
import type { Item, Office } from './office.ts';

/** What somebody does in an office; which things it concerns, and how the new name begins, is told by numbers. */
export interface Deed {
  readonly kind: (typeof KINDS)[number];
  readonly what: number;
  readonly where: number;
  /** To lie before all others, among them, or behind. */
  readonly prefix: '0' | 'M' | 'z';
}

const KINDS = [
  'write a file',
  'delete a file',
  'move a file',
  'move a folder',
  'rename a case',
  'rename a folder',
  'rename in other letters',
  'put a file in a folder’s place',
  'change two names',
] as const;

/** A night: what is done, and when (1 is the end of its first listing); at which steps of the feed a bookmark expires. */
export interface OfficeNight {
  readonly deeds: readonly { readonly moment: number; readonly deed: Deed }[];
  readonly expires: readonly number[];
}

const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom(...KINDS),
  what: fc.nat({ max: 1000 }),
  where: fc.nat({ max: 1000 }),
  prefix: fc.constantFrom('0', 'M', 'z'),
});

const moment = fc.integer({ min: 0, max: 150 }).map((percent) => percent / 100);

export const officeNight: fc.Arbitrary<OfficeNight> = fc.record({
  deeds: fc.array(fc.record({ moment, deed }), { maxLength: 8 }),
  expires: fc.oneof(fc.constant([]), fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 2 })),
});

/** Five cases, each with two files, a folder with a file, and one with a folder below. */
export function furnish(office: Office): void {
  for (const name of ['Adams', 'Brown', 'Clark', 'Davis', 'Evans'])
    for (const file of ['will.pdf', 'deed.pdf', 'Mails/letter.txt']) office.put(`${name}/${file}`);
  office.put('Evans/Mails/2026/answer.eml');
}

let names = 0;

/** Does it where it can be done. */
export function act(office: Office, { kind, what, where, prefix }: Deed): void {
  const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(1, list.length)];
  const pathOf = (item: Item | undefined): string => (item && office.pathOf(item)) ?? '';
  const folders = office.folders().filter(({ parent }) => parent !== undefined);
  const cases = folders.filter(({ parent }) => parent === office.root);
  const file = pathOf(pick(office.files(), what));
  const folder = pathOf(pick(folders, what));
  const target = pathOf(pick(office.folders(), where));
  const fresh = `${prefix}${++names}`;
  const below = (parent: string, name: string): string => (parent === '' ? name : `${parent}/${name}`);
  const holds = (outer: string, inner: string): boolean => inner === outer || inner.startsWith(`${outer}/`);
  const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

  switch (kind) {
    case 'write a file':
      office.put(below(target, fresh));
      return;
    case 'delete a file':
      if (file !== '') office.remove(file);
      return;
    case 'move a file':
      if (file !== '') office.move(file, below(target, fresh));
      return;
    case 'move a folder':
      if (folder !== '' && !holds(folder, target)) office.move(folder, below(target, fresh));
      return;
    case 'rename a case': {
      const name = pathOf(pick(cases, what));
      if (name !== '') office.move(name, fresh);
      return;
    }
    case 'rename a folder':
      if (folder !== '') office.move(folder, below(parentOf(folder), fresh));
      return;
    case 'rename in other letters': {
      const other = folder === folder.toUpperCase() ? folder.toLowerCase() : folder.toUpperCase();
      const name = below(parentOf(folder), other.slice(other.lastIndexOf('/') + 1));
      if (folder !== '' && name !== folder && (office.at(name) ?? office.at(folder)) === office.at(folder))
        office.move(folder, name);
      return;
    }
    case 'put a file in a folder’s place':
      if (folder === '' || file === '' || holds(folder, file) || holds(folder, target)) return;
      office.move(folder, below(target, fresh));
      office.move(file, folder);
      return;
    case 'change two names': {
      const [one, other] = [pathOf(pick(cases, what)), pathOf(pick(cases, where))];
      if (one === '' || one === other) return;
      office.move(one, fresh);
      office.move(other, one);
      office.move(fresh, other);
    }
  }
}
