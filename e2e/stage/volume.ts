import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Places } from '../cluster/places.ts';

export interface Claim {
  readonly name: string;
  readonly namespace: string;
}

const accessModes = ['ReadWriteOnce'];
const STORAGE = '1Gi';

/** There is no storage class: it stays unbound until somebody makes a volume for it. */
export const claimOf = (claim: Claim): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: claim,
  spec: { accessModes, storageClassName: '', resources: { requests: { storage: STORAGE } } },
});

export const folderOf = ({ name, namespace }: Claim, { volumes }: Places): string => join(volumes, namespace, name);

/** A folder of the one node for that claim, and for that user: it belongs to root otherwise. */
export function volumeFor(claim: Claim, places: Places, user: number): object {
  const path = folderOf(claim, places);
  mkdirSync(path, { recursive: true });
  chownSync(path, user, user);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `${claim.namespace}-${claim.name}` },
    spec: {
      accessModes,
      storageClassName: '',
      capacity: { storage: STORAGE },
      claimRef: claim,
      hostPath: { path, type: 'Directory' },
    },
  };
}
