import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { openFixture } from '../../store/dropbox-fixture.ts';
import { officeInDropbox, officeInFolders, officeOnDisk, officeWithFeed } from './office-kinds.ts';
import { furnish, officeNight } from './office-life.ts';
import { type Listable, liveThrough, type NightsTold } from './office-nights.ts';
import { FAR_AWAY } from './office-source.ts';

/** Kinds of office, by the store that their cases lie in; each is used and taken away again. */
export const OFFICES: Readonly<Record<string, (use: (office: Listable) => Promise<void>) => Promise<void>>> = {
  'with a change feed': (use) => use(officeWithFeed()),
  'with a change feed, listed all at once': (use) => use(officeWithFeed(FAR_AWAY)),
  'in folders': (use) => use(officeInFolders(true)),
  'in folders whose times tell nothing': (use) => use(officeInFolders(false)),
  async 'in folders on this disk'(use) {
    const root = await mkdtemp(join(tmpdir(), 'case-backup-office-'));
    try {
      await use(officeOnDisk(root));
    } finally {
      await rm(root, { recursive: true });
    }
  },
  async 'in Dropbox'(use) {
    await using fixture = await openFixture();
    await use(officeInDropbox(fixture.emulator, fixture.at('/CASES')));
  },
  async 'in Dropbox, listed all at once'(use) {
    await using fixture = await openFixture();
    await use(officeInDropbox(fixture.emulator, { ...fixture.at('/CASES'), line: FAR_AWAY }));
  },
};

export interface LifeSpan {
  readonly offices: number;
  /** At most, of each office. */
  readonly nights: number;
  readonly seed: number;
  /** After this no more is lived, nor a shorter life looked for that shows a loss. */
  readonly limitMs: number;
}

/** Throws, with a short life that shows it, when a file was lost in silence. */
export async function liveOffices(kind: string, { offices, nights, seed, limitMs }: LifeSpan): Promise<NightsTold> {
  const told: NightsTold = { nights: 0, refused: 0, moving: 0, still: 0, moved: 0 };
  const life = fc.array(officeNight, { minLength: Math.ceil(nights / 2), maxLength: nights });
  await fc.assert(
    fc.asyncProperty(life, async (lived) => {
      await OFFICES[kind]?.(async (listable) => {
        furnish(listable.office);
        await liveThrough(listable, lived, told);
      });
    }),
    { numRuns: offices, seed, interruptAfterTimeLimit: limitMs },
  );
  return told;
}
