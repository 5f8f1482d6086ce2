import { randomBytes } from 'node:crypto';
import type { Tagged } from './wire.ts';
import { nested, Refusal } from './wire.ts';

export interface JobBoard {
  /** Takes the finished work's result and the checks that still say in_progress. */
  start(kind: string, result: Tagged, checks: number): string;
  /** Refused with invalid_async_job_id for ids of other kinds or nobody's. */
  check(kind: string, id: string): Tagged;
}

export function jobBoard(): JobBoard {
  const jobs = new Map<string, { kind: string; result: Tagged; checks: number }>();
  return {
    start(kind, result, checks) {
      const id = `dbjid:AA${randomBytes(66).toString('base64url').slice(0, 86)}`;
      jobs.set(id, { kind, result, checks });
      return id;
    },
    check(kind, id) {
      const job = jobs.get(id);
      if (job?.kind !== kind) throw new Refusal('invalid_async_job_id');
      if (job.checks-- > 0) return nested('in_progress');
      return job.result;
    },
  };
}
