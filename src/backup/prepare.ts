import { Failure } from '../host/errors.ts';
import { sideBySide } from '../host/parallel.ts';
import { identifyDestination } from '../repository/identify-destination.ts';
import type { Identity, Source } from '../store/store.ts';
import { overlapFault } from './guards/guards.ts';
import type { Night } from './night.ts';

/** Everything that can be known to be wrong before any work: credentials, missing folders, overlap. */
export async function prepare({
  source,
  destination,
  signal,
}: Night): Promise<{ source: Identity; destination: Identity }> {
  const [ofSource, ofDestination] = await sideBySide(
    signal,
    (until) => identifySource(source, until),
    (until) => identifyDestination(destination, until),
  );
  const overlap = overlapFault(ofSource, ofDestination);
  if (overlap) throw overlap;
  return { source: ofSource, destination: ofDestination };
}

async function identifySource(source: Source, signal: AbortSignal): Promise<Identity> {
  const identity = await source.identify(signal);
  if (!identity.root.exists) {
    throw new Failure('SourceMissing', `the source folder ${source.locate('')} does not exist`, {
      hint: 'check spec.source; in a team space also spec.source.dropbox.namespace. No backup was made, none was deleted',
    });
  }
  return identity;
}
