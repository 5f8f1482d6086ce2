import type { Clock } from '../host/clock.ts';
import type { KubeClient } from './client.ts';
import { hasReason } from './kube-error.ts';
import {
  type Held,
  heldRecord,
  type LeaseObject,
  nextStep,
  type Observation,
  observe,
  releasedRecord,
} from './lease-record.ts';
import type { ObjectMeta } from './objects.ts';
import { LEASES } from './resources.ts';
import { withinTime } from './within-time.ts';

/** A Lease as one candidate for it sees it. Its calls have a limit of their own; they throw KubeError. */
export interface LeaseCandidate {
  /** Takes or renews the Lease: 'held', or the one that holds it. */
  tryHold(limitMs: number): Promise<'held' | Held>;
  /** Lets the next one have it at once, if it is still ours. */
  release(limitMs: number): Promise<void>;
}

export interface CandidateOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly leaseName: string;
  readonly identity: string;
  readonly clock: Clock;
  readonly leaseDurationMs: number;
  /**
   * Hears of the Lease's metadata, each time that the server tells it. `isOlder`: it is as this process had left it before
   * its last renewal, which nobody but a restored etcd makes of it.
   */
  readonly onLease?: ((metadata: ObjectMeta | undefined, isOlder: boolean) => void) | undefined;
}

export function createCandidate(options: CandidateOptions): LeaseCandidate {
  const { client, namespace, leaseName, identity, clock, leaseDurationMs } = options;
  let observed: Observation | undefined;
  /** As the last write left it: a renewal is then one PUT, and one that somebody came before fails by its version. */
  let own: LeaseObject | undefined;

  const held = (lease: LeaseObject | undefined): LeaseObject => ({
    ...lease,
    metadata: lease?.metadata ?? { name: leaseName, namespace },
    spec: heldRecord(lease?.spec, { identity, durationMs: leaseDurationMs, now: clock.now() }),
  });

  /** renewTime of the last write that the server has confirmed. */
  let renewed: string | undefined;

  function wrote(lease: LeaseObject): LeaseObject {
    renewed = lease.spec?.renewTime;
    options.onLease?.(lease.metadata, false);
    return lease;
  }

  function read(lease: LeaseObject | undefined): LeaseObject | undefined {
    const { holderIdentity, renewTime } = lease?.spec ?? {};
    const isOlder = holderIdentity === identity && Date.parse(renewTime ?? '') < Date.parse(renewed ?? '');
    options.onLease?.(lease?.metadata, isOlder);
    return lease;
  }

  async function hold(signal: AbortSignal): Promise<'held' | Held> {
    const write = { fieldManager: identity, signal };
    if (own) {
      const known = own;
      own = undefined;
      try {
        own = wrote(await client.replace<LeaseObject>(LEASES, held(known), write));
        return 'held';
      } catch (error) {
        if (!hasReason(error, 'Conflict', 'NotFound')) throw error;
      }
    }
    const lease = read(await client.get<LeaseObject>(LEASES, namespace, leaseName, signal));
    observed = observe(lease, observed, clock.elapsed());
    const step = nextStep(lease, observed, clock.elapsed(), identity);
    if (step.do === 'wait') return step;
    own = wrote(
      lease ? await client.replace(LEASES, held(lease), write) : await client.create(LEASES, held(undefined), write),
    );
    return 'held';
  }

  return {
    tryHold: (limitMs) => withinTime(clock, limitMs, hold),
    release: (limitMs) =>
      withinTime(clock, limitMs, async (signal) => {
        const lease = await client.get<LeaseObject>(LEASES, namespace, leaseName, signal);
        if (lease?.spec?.holderIdentity !== identity) return;
        const released = { ...lease, spec: releasedRecord(lease.spec, clock.now()) };
        await client.replace(LEASES, released, { fieldManager: identity, signal });
      }),
  };
}
