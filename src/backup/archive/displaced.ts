import type { FileEntry, Source } from '../../store/store.ts';
import type { Listed } from '../listing/seal-plan.ts';
import type { PlannedItem } from '../listing/walk.ts';
import { openDisplacedTable } from './displaced-table.ts';
import type { PlannedInput } from './planned-input.ts';

/**
 * Files in whose place another one stood when their turn came, on a source where a file can only be had by its path. The
 * other one is archived, being what has the name now. The listed one may be gone, as when an editor saves; or it has
 * another name by now, alone or with its folder, and would be in no backup and in no list.
 */
export interface Displaced {
  archived(input: PlannedInput): void;
  /** Those that are there still and not in the archive, each where it is now; where nobody can look, as they were listed. */
  missing(signal: AbortSignal): AsyncIterable<Pick<PlannedItem, 'caseName' | 'path'>>;
  close(): void;
}

export function watchDisplaced(
  source: Source,
  { listed, workFolder }: { readonly listed: Listed; readonly workFolder: string },
): Displaced {
  let table: ReturnType<typeof openDisplacedTable> | undefined;

  const mustBeNamed = (found: FileEntry, mark: string): boolean => {
    if (listed.excludes(found.path) || !table?.lacks(mark)) return false;
    const there = listed.at(found.key);
    // Under another name of its own (a hard link) it had its turn.
    const hadItsTurn = there?.kind === 'file' && markOf(source, there) === mark && !table.has(found.path);
    return !hadItsTurn;
  };

  return {
    archived({ item: { entry, path }, file }) {
      if (entry.kind !== 'file' || !file || file === entry) return;
      const [before, now] = [markOf(source, entry), markOf(source, file)];
      if (before === undefined || now === undefined) return;
      if (source.numberOf?.(entry) === source.numberOf?.(file)) return;
      table ??= openDisplacedTable(workFolder);
      table.add(path, before, now);
    },
    async *missing(signal) {
      if (!table) return;
      try {
        // Where the source itself lies elsewhere by now, nothing of it is to be found.
        await source.volumes?.(signal);
        for await (const page of source.list('', { recursive: true, leaveOut: listed.excludesAll }, signal)) {
          for (const found of page.kind === 'entries' ? page.entries : []) {
            const mark = found.kind === 'file' ? markOf(source, found) : undefined;
            if (found.kind !== 'file' || mark === undefined || !mustBeNamed(found, mark)) continue;
            table.find(mark);
            yield placeOf(found.path);
          }
        }
      } catch {
        signal.throwIfAborted();
        yield* table.notFound().map(placeOf);
      }
    },
    close: () => table?.close(),
  };
}

/** Numbers are given again: by size and time a file is told from a new one. */
function markOf({ numberOf }: Source, file: FileEntry): string | undefined {
  return numberOf && [numberOf(file), file.size, file.modified.getTime()].join(' ');
}

const placeOf = (path: string): Pick<PlannedItem, 'caseName' | 'path'> => ({
  path,
  caseName: path.slice(0, Math.max(0, path.indexOf('/'))),
});
