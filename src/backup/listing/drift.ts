import type { FileEntry, Source } from '../../store/store.ts';
import type { Plan } from './plan.ts';

/** Applies what has moved since the bookmark; false when it has expired, and nobody can tell any more. */
export async function applyDrift(source: Source, plan: Plan, bookmark: string, signal: AbortSignal): Promise<boolean> {
  for await (const page of source.changes(bookmark, signal)) {
    if (page.kind === 'restart') return false;
    for (const entry of page.entries) {
      if (entry.kind === 'file') settleMovedFile(plan, entry);
      plan.apply([entry]);
    }
  }
  await plan.settleMoves(signal);
  return true;
}

/** A file that takes a folder's place removes what was below it; a file seen at a new place is no longer at its old one. */
function settleMovedFile(plan: Plan, file: FileEntry): void {
  plan.forget(file.key);
  if (file.id !== undefined) plan.moved(file.id, file.key);
}
