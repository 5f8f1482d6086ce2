import { createHash } from 'node:crypto';
import { clip } from '../api/clip.ts';
import { redact } from '../host/secrets.ts';
import { microTime } from './micro-time.ts';
import type { KubeObject } from './objects.ts';

export interface EventFields {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, from a closed list; at most 128 characters. */
  readonly reason: string;
  /** CamelCase: what the controller did; at most 128 characters. */
  readonly action: string;
  /** One or more sentences; more than 1,024 bytes are cut. */
  readonly note: string;
  /** What this is the one event of, such as a Job's uid: whoever tells it again, also after a restart, adds nothing. */
  readonly once?: string | undefined;
}

/** events.k8s.io/v1. Once written, only its series may change (Kubernetes 1.36, ValidateEventUpdate). */
export interface EventObject extends KubeObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly action: string;
  readonly reason: string;
  readonly type: string;
  readonly note: string;
  readonly regarding: {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly namespace?: string;
    readonly name: string;
    readonly uid?: string;
  };
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

/** What the API server accepts of a note. */
const LONGEST_NOTE_BYTES = 1024;

/** Two events of one key are the same event, seen again. */
export const eventKey = (regarding: KubeObject, { type, reason, note, once }: EventFields): string =>
  JSON.stringify([
    regarding.metadata.uid ?? regarding.metadata.name,
    ...(once ? [reason, once] : [type, reason, note]),
  ]);

/** An event seen for the first time at `at`. Its name is the object's with a hash of what it says and, unless `once`, when. */
export function eventObject(
  regarding: KubeObject,
  fields: EventFields,
  reporter: { readonly controller: string; readonly instance: string; readonly at: Date },
): EventObject {
  const { name, namespace, uid } = regarding.metadata;
  const eventTime = microTime(reporter.at);
  const when = fields.once === undefined ? ` ${eventTime} ${reporter.instance}` : '';
  const hash = createHash('sha256').update(`${eventKey(regarding, fields)}${when}`);
  return {
    metadata: { name: `${name.slice(0, 200)}.${hash.digest('hex').slice(0, 16)}`, namespace: namespace ?? 'default' },
    eventTime,
    reportingController: reporter.controller,
    reportingInstance: reporter.instance.slice(0, 128),
    action: fields.action,
    reason: fields.reason,
    type: fields.type,
    note: clip(redact(fields.note), LONGEST_NOTE_BYTES),
    regarding: {
      ...(regarding.apiVersion ? { apiVersion: regarding.apiVersion } : {}),
      ...(regarding.kind ? { kind: regarding.kind } : {}),
      ...(namespace ? { namespace } : {}),
      name,
      ...(uid ? { uid } : {}),
    },
  };
}

/** The same event after `count` times, the last of them at `at`; a series begins with the second. */
export const inSeries = (event: EventObject, count: number, at: Date): EventObject =>
  count < 2 ? event : { ...event, series: { count, lastObservedTime: microTime(at) } };
