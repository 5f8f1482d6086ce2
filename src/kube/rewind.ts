/**
 * Resource versions only grow, unless etcd was restored from a backup: then objects that were made since are gone without
 * a word, and a watch from a version that does not exist yet stays open and silent until the versions have come that far.
 * Returns what is to hear of each version of one object that is written every few seconds, such as the Lease; calls
 * `onRewind` when one is lower than the one before, or when the object is known to be as it was: a server that was away
 * for a moment may have been busy enough since for its versions to have grown past the last one seen.
 */
export function rewindWatch(onRewind: () => void): (resourceVersion: string | undefined, isOlder?: boolean) => void {
  let newest = 0n;
  return (resourceVersion, isOlder = false) => {
    if (resourceVersion === undefined || !/^\d+$/.test(resourceVersion)) return;
    const version = BigInt(resourceVersion);
    const isBack = isOlder || version < newest;
    newest = version;
    if (isBack) onRewind();
  };
}
