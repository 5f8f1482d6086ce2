import { policyCrd } from '../api/crd.ts';
import type { PolicyStatus } from '../api/status.ts';
import type { Clock } from '../host/clock.ts';
import { messageOf } from '../host/errors.ts';
import type { Log } from '../host/log.ts';
import type { KubeClient, OpenApiSchema } from '../kube/client.ts';
import { POLICIES } from '../kube/resources.ts';
import { withinTime } from '../kube/within-time.ts';
import { fitted, gapsOf } from './crd-gap.ts';

/** The CRD of policies as it is installed, which may be older than this controller. */
export interface ServedCrd {
  /** Learns what is served, unless that is known. Never throws: while it is not known, the CRD counts as ours. */
  look(): Promise<void>;
  /** The server has refused what a CRD of ours would take: the next look reads it again. */
  doubt(): void;
  /** What this controller knows and the installed CRD does not. */
  gaps(): readonly string[];
  /** The status as far as the installed CRD can hold it. */
  fit(status: PolicyStatus): PolicyStatus;
  /** Milliseconds until another look may find a newer CRD; undefined while there is nothing to wait for. */
  again(): number | undefined;
}

/** An outdated CRD is read again that often, so that an upgrade shows within a minute. */
const RECHECK_MS = 30_000;
/** A thousand policies may be refused within a second, for one reason. */
const DOUBT_MS = 1_000;
/** Every look at a policy waits for the first answer. */
const PATIENCE_MS = 2_000;

export function servedCrd(client: KubeClient, clock: Clock, log: Log): ServedCrd {
  let schema: OpenApiSchema | undefined;
  let gaps: readonly string[] = [];
  /** clock.elapsed() of the last read, and of the next one that is due. */
  let readAt = Number.NEGATIVE_INFINITY;
  let dueAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    readAt = clock.elapsed();
    dueAt = readAt + RECHECK_MS;
    try {
      const served = await withinTime(clock, PATIENCE_MS, (limit) => client.schemaOf(POLICIES, limit));
      if (!served) return;
      const before = gaps;
      schema = served;
      gaps = gapsOf(ownSchema(), served);
      if (gaps.length === 0) dueAt = Number.POSITIVE_INFINITY;
      if (gaps.length > 0 && before.length === 0) log.warn({ gaps }, 'the installed CRD is older; apply k8s/crds/');
    } catch (error) {
      log.warn({}, `the installed CRD is not known: ${messageOf(error)}`);
    }
  }

  return {
    async look() {
      if (!reading && clock.elapsed() >= dueAt) {
        reading = read().finally(() => {
          reading = undefined;
        });
      }
      await reading;
    },
    doubt() {
      dueAt = Math.min(dueAt, readAt + DOUBT_MS);
    },
    gaps: () => gaps,
    fit: (status) =>
      gaps.length === 0 ? status : ((fitted(status, schema?.properties?.['status'] ?? {}) ?? {}) as PolicyStatus),
    again: () => (gaps.length === 0 ? undefined : Math.max(DOUBT_MS, dueAt - clock.elapsed())),
  };
}

/** Of what a policy says; the server describes `metadata` in its own way. */
function ownSchema(): OpenApiSchema {
  const { spec, status } = policyCrd().spec.versions[0]?.schema.openAPIV3Schema.properties ?? {};
  return { properties: { ...(spec && { spec }), ...(status && { status }) } };
}
