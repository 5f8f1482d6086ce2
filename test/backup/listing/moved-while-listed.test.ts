import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Source } from '../../../src/store/store.ts';
import { listedPlan } from './listed-plan.ts';
import { newOffice, type Office } from './office.ts';
import { FAR_AWAY, feedSource, folderSource, type Step } from './office-source.ts';

/** Changes of one office, one after the other, with as many steps of the listing in between as the test says. */
const CHANGES: Readonly<Record<string, readonly ((office: Office) => void)[]>> = {
  'a case is renamed to a name in front': [(office) => office.move('D', '0 D')],
  'a case is renamed to a name behind': [(office) => office.move('A', 'Z A')],
  'a case is renamed in upper and lower case alone': [(office) => office.move('C', 'c')],
  'a file is renamed in upper and lower case alone': [(office) => office.move('C/will.pdf', 'C/Will.PDF')],
  'a file moves from a late case to an early one': [(office) => office.move('D/will.pdf', 'A/will of D.pdf')],
  'a file moves from an early case to a late one': [(office) => office.move('A/will.pdf', 'D/will of A.pdf')],
  'a file moves beside the cases': [(office) => office.move('D/Mails/2026/answer.eml', 'answer.eml')],
  'a folder moves from a late case to an early one': [(office) => office.move('D/Mails', 'A/Mails of D')],
  'a folder moves from an early case to a late one': [(office) => office.move('A/Mails', 'D/Mails of A')],
  'a case moves into another one': [(office) => office.move('D', 'A/D')],
  'a folder becomes a case': [(office) => office.move('D/Mails', '0 Mails')],
  'a folder deep in a case is renamed': [(office) => office.move('D/Mails/2026', 'D/Mails/1999')],
  'two cases change their names': [
    (office) => office.move('A', 'tmp'),
    (office) => office.move('D', 'A'),
    (office) => office.move('tmp', 'D'),
  ],
  'a case is renamed for a moment': [
    (office) => office.move('C', 'C (closed)'),
    (office) => office.move('C (closed)', 'C'),
  ],
  'a folder is away for a moment': [
    (office) => office.move('C/Mails', 'Mails'),
    (office) => office.move('Mails', 'C/Mails'),
  ],
  'a file goes through three cases': [
    (office) => office.move('D/will.pdf', 'C/passing.pdf'),
    (office) => office.move('C/passing.pdf', 'B/passing.pdf'),
    (office) => office.move('B/passing.pdf', 'A/passing.pdf'),
  ],
  'a file takes the place of a folder, which moves on': [
    (office) => office.move('B/Mails', 'A/Mails of B'),
    (office) => office.move('C/will.pdf', 'B/Mails'),
  ],
  'a folder takes the place of a file, which moves on': [
    (office) => office.move('C/will.pdf', 'A/will of C.pdf'),
    (office) => office.move('D/Mails', 'C/will.pdf'),
  ],
  'a file and a folder of one name change places': [
    (office) => office.move('B/Mails', 'tmp'),
    (office) => office.move('D/will.pdf', 'B/Mails'),
    (office) => office.move('B/Mails', 'D/will.pdf'),
    (office) => office.move('tmp', 'B/Mails'),
  ],
};

function fourCases(ignoresCase: boolean): Office {
  const office = newOffice({ ignoresCase });
  for (const name of ['A', 'B', 'C', 'D'])
    for (const file of ['will.pdf', 'Mails/letter.txt']) office.put(`${name}/${file}`);
  office.put('D/Mails/2026/answer.eml');
  return office;
}

interface Kind {
  readonly ignoresCase: boolean;
  open(office: Office, onStep: Step): Source;
}

const KINDS: Readonly<Record<string, Kind>> = {
  'a source with a change feed': { ignoresCase: true, open: feedSource },
  'a source with a change feed that is listed all at once': {
    ignoresCase: true,
    open: (office, onStep) => feedSource(office, onStep, FAR_AWAY),
  },
  'a folder source': { ignoresCase: false, open: folderSource },
  'a folder source without times and numbers': {
    ignoresCase: false,
    open: (office, onStep) => folderSource(office, onStep, () => 'always the same'),
  },
  'a folder source whose times and numbers always change': {
    ignoresCase: false,
    open: (office, onStep) => {
      let looked = 0;
      return folderSource(office, onStep, () => String(++looked));
    },
  },
};

/** In a folder source a path is all that a file is known by. */
const shown = (ignoresCase: boolean, id: string, path: string): string => (ignoresCase ? `${id} ${path}` : path);

for (const [kind, { ignoresCase, open }] of Object.entries(KINDS)) {
  describe(`The plan of ${kind} is what the tree was like at one moment of the night`, () => {
    for (const [what, changes] of Object.entries(CHANGES)) {
      test(`when ${what}`, async () => {
        const pauses = changes.length === 1 ? [0] : [0, 1, 4];
        for (const pause of pauses) for (let first = 1; await holds(first, pause, changes); first++);
      });
    }

    /** False when the listing was over before the changes began. */
    async function holds(
      first: number,
      pause: number,
      changes: readonly ((office: Office) => void)[],
    ): Promise<boolean> {
      const office = fourCases(ignoresCase);
      const state = (): string =>
        office
          .files()
          .map((file) => shown(ignoresCase, `id:${file.id}`, office.pathOf(file) ?? ''))
          .sort()
          .join(', ');
      const states = [state()];
      let steps = 0;
      let next = first;
      const left = [...changes];
      const source = open(office, () => {
        steps += 1;
        while (left.length > 0 && steps >= next) {
          left.shift()?.(office);
          states.push(state());
          next += pause;
          if (pause > 0) break;
        }
      });
      const { entries, moving } = await listedPlan(source);
      const planned = entries.flatMap((entry) =>
        entry.kind === 'file' ? [shown(ignoresCase, entry.id ?? '', entry.path)] : [],
      );
      const found = planned.sort().join(', ');
      assert.ok(states.includes(found), `changes from step ${first} on, one every ${pause}: planned ${found}`);
      assert.equal(moving, 0);
      return steps >= first;
    }
  });
}
