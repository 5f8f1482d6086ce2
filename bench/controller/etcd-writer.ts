import { readFileSync } from 'node:fs';
import { request } from 'undici';
import type { ApiObject } from '../../test/cluster/api-client.ts';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';

/** An object of the API as it is stored, and the plural of its kind. */
export interface StoredObject extends ApiObject {
  readonly metadata: ApiObject['metadata'] & { readonly namespace: string };
}

/**
 * Puts objects beneath the API server, as JSON, which it reads as well as its own protobuf (runtime/serializer/recognizer).
 * Through its front door a Job and its pod, with their status, are four writes: 80,000 for this cluster, nine minutes
 * on two busy cores. Here 40 objects are one.
 */
export function etcdWriter(plane: ControlPlane): (plural: string, objects: readonly StoredObject[]) => Promise<void> {
  const url = addressOfEtcd(plane);
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return async (plural, objects) => {
    const success = objects.map((object) => ({
      requestPut: {
        key: base64(`/registry/${plural}/${object.metadata.namespace}/${object.metadata.name}`),
        value: base64(JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: undefined } })),
      },
    }));
    const { statusCode, body } = await request(`${url}/v3/kv/txn`, {
      method: 'POST',
      body: JSON.stringify({ success }),
    });
    const answer = await body.text();
    if (statusCode !== 200) throw new Error(`etcd took no ${plural}: ${statusCode} ${answer}`);
  };
}

function addressOfEtcd(plane: ControlPlane): string {
  const flag = '--advertise-client-urls=';
  for (const pid of plane.pids()) {
    const found = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .find((argument) => argument.startsWith(flag));
    if (found !== undefined) return found.slice(flag.length);
  }
  throw new Error('no process of the control plane is an etcd');
}
