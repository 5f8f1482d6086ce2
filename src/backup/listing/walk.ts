import { createHash } from 'node:crypto';
import { encodeName, foldName, isRepresentable, isTooLong, markedName } from './archive-names.ts';
import type { Plan, PlanRow } from './plan.ts';

/** One thing of the plan with its place in the archive. */
export interface PlannedItem {
  readonly row: PlanRow;
  /** The case's name as people know it; '' for files that lie beside the cases. */
  readonly caseName: string;
  /** `CASES/Smith/letter.pdf`, for a folder with a trailing `/`. */
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

type NameChooser = (key: string, parentFolded: string, name: string) => string;

/**
 * Gives every file and folder its name in the archive, once, before anything is written: a second name that some
 * computer would take for the first gets ` ~2`, in the order of the archive, so that the same tree always gets the
 * same names.
 */
export function chooseArchiveNames(plan: Plan, onItem: (item: PlannedItem) => void): void {
  const claim = plan.database.prepare('INSERT OR IGNORE INTO fold (hash) VALUES (?)');
  const remember = plan.database.prepare('INSERT INTO alias (key, name) VALUES (?, ?)');
  const isFree = (folded: string): boolean => Number(claim.run(foldHash(folded)).changes) === 1;
  plan.database.exec('BEGIN');
  for (const item of walk(plan, (key, parentFolded, name) => {
    const plain = encodeName(name);
    const first = isTooLong(plain) ? markedName(plain, ` ~${digestMark(name)}`) : plain;
    let chosen = first;
    for (let n = 2; !isFree(`${parentFolded}/${foldName(chosen)}`); n++) chosen = markedName(first, ` ~${n}`);
    if (chosen !== plain) remember.run(key, chosen);
    return chosen;
  })) {
    onItem(item);
  }
  plan.database.exec('COMMIT; DROP TABLE fold');
  plan.shrink();
}

/** The plan in archive order, with the names that `chooseArchiveNames` decided. */
export function plannedItems(plan: Plan): Generator<PlannedItem> {
  const aliases = plan.database.prepare('SELECT name FROM alias WHERE key = ?');
  const any = Number(plan.database.prepare('SELECT count(*) AS n FROM alias').get()?.['n']) > 0;
  const aliasOf = (key: string): string | undefined => aliases.get(key)?.['name'] as string | undefined;
  return walk(plan, (key, _, name) => (any ? aliasOf(key) : undefined) ?? encodeName(name));
}

function* walk(plan: Plan, choose: NameChooser): Generator<PlannedItem> {
  const root: Frame = { key: '', path: '', archiveName: CASES_FOLDER, folded: '' };
  const stack: Frame[] = [root];
  let folder: { row: PlanRow; frame: Frame } | undefined;

  const parentOf = (row: PlanRow): Frame => {
    while (stack.length > 1 && !row.key.startsWith(`${stack.at(-1)?.key}/`)) stack.pop();
    const shown = row.path.split('/');
    const keys = row.key.split('/');
    for (let depth = stack.length; depth < keys.length; depth++) {
      stack.push(frameBelow(stack.at(-1) ?? root, keys.slice(0, depth).join('/'), shown[depth - 1] ?? '', choose));
    }
    return stack.at(-1) ?? root;
  };

  for (const row of plan.rows()) {
    if (folder) yield folderItem(folder.row, folder.frame, !row.key.startsWith(`${folder.row.key}/`));
    folder = undefined;
    const parent = parentOf(row);
    if (row.kind === 'folder') {
      const frame = frameBelow(parent, row.key, row.name, choose);
      stack.push(frame);
      folder = { row, frame };
    } else {
      const named =
        row.kind === 'file' ? frameBelow(parent, row.key, row.name + (row.exported_as ?? ''), choose) : undefined;
      const path = parent.path === '' ? row.name : `${parent.path}/${row.name}`;
      const caseName = parent === root ? '' : (path.split('/')[0] ?? '');
      yield { row, caseName, archiveName: named?.archiveName ?? '', path, isEmptyFolder: false };
    }
  }
  if (folder) yield folderItem(folder.row, folder.frame, true);
}

function frameBelow(parent: Frame, key: string, name: string, choose: NameChooser): Frame {
  const chosen = choose(key, parent.folded, isRepresentable(name) ? name : '_');
  return {
    key,
    path: parent.path === '' ? name : `${parent.path}/${name}`,
    archiveName: `${parent.archiveName}/${chosen}`,
    folded: `${parent.folded}/${foldName(chosen)}`,
  };
}

function folderItem(row: PlanRow, frame: Frame, isEmptyFolder: boolean): PlannedItem {
  const caseName = frame.path.split('/')[0] ?? '';
  return { row, caseName, archiveName: `${frame.archiveName}/`, path: frame.path, isEmptyFolder };
}

/** 48 bits: a false twin among a million names has a chance of 1 in 500 and costs a needless ` ~2`. */
const foldHash = (folded: string): number => createHash('sha256').update(folded).digest().readUIntBE(0, 6);

const digestMark = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 8);
