import { foldName, isRepresentable, type NameChooser } from './archive-names.ts';
import type { PlanEntry } from './plan.ts';

/** One thing of the plan with its place in the archive. */
export interface PlannedItem {
  readonly entry: PlanEntry;
  /** The case's name as people know it; '' for files that lie beside the cases. */
  readonly caseName: string;
  /** The case's folder in the archive, without a trailing `/`; '' beside the cases. */
  readonly caseFolder: string;
  /** `CASES/Smith/letter.pdf`, for a folder with a trailing `/`; '' for what can't be in the archive. */
  readonly archiveName: string;
  /** Path relative to the source, with the right case in every component. */
  readonly path: string;
  /** Of a folder: nothing lies below it, so the archive needs an entry for it. */
  readonly isEmptyFolder: boolean;
}

export const CASES_FOLDER = 'CASES';

interface Frame {
  readonly key: string;
  readonly path: string;
  readonly archiveName: string;
  readonly folded: string;
}

/** Whether it is empty is told by the entry that follows. */
interface OpenFolder {
  readonly entry: PlanEntry;
  readonly frame: Frame;
  readonly caseFolder: string;
}

/** The entries, which come in archive order, each with its place; names are those that `choose` gives. */
export function* walk(entries: Iterable<PlanEntry>, choose: NameChooser): Generator<PlannedItem> {
  const root: Frame = { key: '', path: '', archiveName: CASES_FOLDER, folded: '' };
  const stack: Frame[] = [root];
  let folder: OpenFolder | undefined;

  /** Folders that were never listed themselves are taken from the entry's path. */
  const addUnlisted = (entry: PlanEntry): void => {
    const shown = entry.path.split('/');
    const keys = entry.key.split('/');
    for (let depth = stack.length; depth < keys.length; depth++) {
      stack.push(frameBelow(stack.at(-1) ?? root, keys.slice(0, depth).join('/'), shown[depth - 1] ?? '', choose));
    }
  };
  /** The folder of an entry. */
  const parentOf = (entry: PlanEntry): Frame => {
    while (stack.length > 1 && !entry.key.startsWith(`${stack.at(-1)?.key}/`)) stack.pop();
    const above = stack.at(-1) ?? root;
    if (entry.key.includes('/', above === root ? 0 : above.key.length + 1)) addUnlisted(entry);
    return stack.at(-1) ?? root;
  };

  for (const entry of entries) {
    if (folder) yield folderItem(folder, !entry.key.startsWith(`${folder.entry.key}/`));
    folder = undefined;
    const parent = parentOf(entry);
    if (entry.kind === 'folder') {
      const frame = frameBelow(parent, entry.key, entry.name, choose);
      stack.push(frame);
      folder = { entry, frame, caseFolder: stack[1]?.archiveName ?? '' };
    } else {
      const path = below(parent, nameOf(entry));
      yield {
        entry,
        caseName: parent === root ? '' : (path.split('/')[0] ?? ''),
        caseFolder: stack[1]?.archiveName ?? '',
        archiveName:
          entry.kind === 'file'
            ? `${parent.archiveName}/${chosenBelow(parent, entry.key, entry.name + (entry.exportedAs ?? ''), choose)}`
            : '',
        path,
        isEmptyFolder: false,
      };
    }
  }
  if (folder) yield folderItem(folder, true);
}

const chosenBelow = ({ folded }: Frame, key: string, name: string, choose: NameChooser): string =>
  choose(key, folded, isRepresentable(name) ? name : '_');

function frameBelow(parent: Frame, key: string, name: string, choose: NameChooser): Frame {
  const chosen = chosenBelow(parent, key, name, choose);
  return {
    key,
    path: below(parent, name),
    archiveName: `${parent.archiveName}/${chosen}`,
    folded: `${parent.folded}/${foldName(chosen)}`,
  };
}

/** The last component of an entry's path, as people know it. */
const nameOf = (entry: PlanEntry): string =>
  entry.kind === 'unusable' ? entry.path.slice(entry.path.lastIndexOf('/') + 1) : entry.name;

const below = ({ path }: Frame, name: string): string => (path === '' ? name : `${path}/${name}`);

function folderItem({ entry, frame, caseFolder }: OpenFolder, isEmptyFolder: boolean): PlannedItem {
  const caseName = frame.path.split('/')[0] ?? '';
  return { entry, caseName, caseFolder, archiveName: `${frame.archiveName}/`, path: frame.path, isEmptyFolder };
}
