import type { Store } from '../store/store.ts';
import { INCOMING_FOLDER, runIdOf } from './names.ts';
import { filesIn } from './record.ts';

/** Removes what runs have uploaded and not committed: of one run, or of all that there were. */
export async function sweepIncoming(destination: Store, runId: string | 'all', signal: AbortSignal): Promise<void> {
  for (const file of await filesIn(destination, INCOMING_FOLDER, signal)) {
    const owner = runIdOf(file.name, '.zip');
    if (owner !== undefined && (runId === 'all' || runId === owner)) await destination.remove(file, signal);
  }
}
