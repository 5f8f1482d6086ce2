import { Failure } from '../host/errors.ts';
import type { Identity, Store } from '../store/store.ts';

/** What every use of a destination begins with: that it can be used, and is there where it is not made for us. */
export async function identifyDestination(destination: Store, signal: AbortSignal): Promise<Identity> {
  const identity = await destination.identify(signal);
  if (destination.capabilities.makesRoot || identity.root.exists) return identity;
  throw new Failure('DestinationMissing', `the destination folder ${destination.locate('')} does not exist`, {
    hint: 'make the folder, or mount the volume that it lies on; it is not made for you, because an unmounted volume looks the same',
  });
}
