import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '../../../src/host/clock.ts';
import { openDirectoryStore } from '../../../src/store/directory/directory-store.ts';
import type { Line } from '../../../src/store/list-options.ts';
import type { Source } from '../../../src/store/store.ts';
import type { Emulator } from '../../dropbox/emulator.ts';
import { newOffice, type Office } from './office.ts';
import type { Listable } from './office-nights.ts';
import { feedSource, folderSource, type Step } from './office-source.ts';
import { steppedSource } from './stepped-source.ts';

export function officeWithFeed(line?: Line): Listable {
  const office = newOffice({ ignoresCase: true });
  return { office, steps: 35, open: (onStep) => feedSource(office, onStep, line) };
}

export function officeInFolders(timesTell: boolean): Listable {
  const office = newOffice({ ignoresCase: false });
  const open = (onStep: Step): Source =>
    timesTell ? folderSource(office, onStep) : folderSource(office, onStep, () => 'always the same');
  return { office, steps: 45, open };
}

/** Before the night of the listing. */
const LONG_AGO = new Date(Date.UTC(2025, 0, 1));

/** In a folder that exists. */
export function officeOnDisk(root: string): Listable {
  const at = (path: string): string => join(root, path);
  const office = mirrored(newOffice({ ignoresCase: false }), {
    put(path) {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), path);
      utimesSync(at(path), LONG_AGO, LONG_AGO);
    },
    move: (from, to) => renameSync(at(from), at(to)),
    remove: (path) => rmSync(at(path), { recursive: true }),
  });
  return {
    office,
    steps: 30,
    open: (onStep) => steppedSource(openDirectoryStore(root, { clock: systemClock }), onStep),
  };
}

/** Below /CASES of an emulated account, of which `source` is a store. */
export function officeInDropbox({ tree, faults }: Emulator, source: Source): Listable {
  const at = (path: string): string => `/CASES/${path}`;
  const office = mirrored(newOffice({ ignoresCase: true }), {
    put: (path) => void tree.put(at(path), path),
    move: (from, to) => tree.move(at(from), at(to)),
    remove: (path) => tree.remove(at(path)),
  });
  let hook: Step = () => undefined;
  faults.onRequest(async ({ route }) => {
    const isChanges = route === 'files/list_folder/continue';
    if ((await hook(isChanges ? 'changes' : route)) === 'expired')
      faults.add({ route, effect: { kind: 'refusal', error: 'reset' } });
  });
  return {
    office,
    steps: 12,
    open(onStep) {
      hook = onStep;
      return source;
    },
  };
}

/** Whatever is done in the office is done there too. */
function mirrored(office: Office, there: Pick<Office, 'move' | 'remove'> & { put(path: string): void }): Office {
  return {
    ...office,
    put(path, modified) {
      there.put(path);
      return office.put(path, modified);
    },
    move(from, to) {
      there.move(from, to);
      office.move(from, to);
    },
    remove(path) {
      there.remove(path);
      office.remove(path);
    },
  };
}
