import type { Judgement } from '../../retrying.ts';
import { ApiError, member, TransferFault } from './api-error.ts';

/**
 * Which errors another attempt may heal. A 429 is either the account's rate limit or the one write lock of a
 * namespace: the lock answers `too_many_write_operations` and is free again within seconds, while a plain-text, empty
 * or `too_many_requests` body stops everything (Dropbox data ingress guide).
 */
export function judge(error: unknown): Judgement {
  if (error instanceof TransferFault) return { kind: 'fault', bound: error.bound };
  if (!(error instanceof ApiError)) return { kind: 'final' };
  if (error.status === 429) {
    const reason = member(member(error.detail, 'reason'), '.tag');
    if (reason === 'too_many_write_operations') return { kind: 'busy' };
    return { kind: 'rateLimited', afterMs: error.retryAfterMs };
  }
  if (error.has('too_many_write_operations')) return { kind: 'busy' };
  const isOfTheServer = error.status >= 500 || error.status === 408;
  if (isOfTheServer || error.has('internal_error') || error.has('content_hash_mismatch')) return { kind: 'fault' };
  return { kind: 'final' };
}
