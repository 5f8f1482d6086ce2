import { Failure } from '../host/errors.ts';
import type { Identity } from '../store/store.ts';
import { overlapFault } from './guards.ts';
import type { Night } from './night.ts';

/** Everything that can be known to be wrong before any work: credentials, missing folders, overlap. */
export async function prepare({
  source,
  destination,
  signal,
}: Night): Promise<{ source: Identity; destination: Identity }> {
  const identities = { source: await source.identify(signal), destination: await destination.identify(signal) };
  if (!identities.source.root.exists) {
    throw new Failure('SourceMissing', `the source folder ${source.locate('')} does not exist`, {
      hint: 'check spec.source; in a team space also spec.source.dropbox.namespace. No backup was made, none was deleted',
    });
  }
  if (!destination.capabilities.makesRoot && !identities.destination.root.exists) {
    throw new Failure('DestinationMissing', `the destination folder ${destination.locate('')} does not exist`, {
      hint: 'make the folder, or mount the volume that it lies on; it is not made for you, because an unmounted volume looks the same',
    });
  }
  const overlap = overlapFault(identities.source, identities.destination);
  if (overlap) throw overlap;
  return identities;
}
