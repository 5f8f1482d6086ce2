import { Failure } from '../host/errors.ts';
import { identifyDestination } from '../repository/identify-destination.ts';
import type { Identity } from '../store/store.ts';
import { overlapFault } from './guards/guards.ts';
import type { Night } from './night.ts';

/** Everything that can be known to be wrong before any work: credentials, missing folders, overlap. */
export async function prepare({
  source,
  destination,
  signal,
}: Night): Promise<{ source: Identity; destination: Identity }> {
  const identity = await source.identify(signal);
  if (!identity.root.exists) {
    throw new Failure('SourceMissing', `the source folder ${source.locate('')} does not exist`, {
      hint: 'check spec.source; in a team space also spec.source.dropbox.namespace. No backup was made, none was deleted',
    });
  }
  const identities = { source: identity, destination: await identifyDestination(destination, signal) };
  const overlap = overlapFault(identities.source, identities.destination);
  if (overlap) throw overlap;
  return identities;
}
