import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import { Failure } from '../../host/errors.ts';
import { Unavailable } from '../store.ts';
import { ApiError } from './api/api-error.ts';
import { judge } from './api/judge.ts';
import { refusal } from './api/refusals.ts';

const UNAVAILABLE: readonly (readonly [tags: string, SkipReason])[] = [
  ['path/not_found', 'deleted_during_run'],
  ['path/not_file', 'changed_during_run'],
  ['path/restricted_content', 'restricted_content'],
  ['path/locked', 'locked'],
  ['path/unsupported_content_type', 'not_downloadable'],
  ['path/other', 'unreadable'],
  ['unsupported_file', 'not_downloadable'],
  ['non_exportable', 'not_downloadable'],
  ['invalid_export_format', 'export_failed'],
];

/** A refusal for ever that concerns this file only is Unavailable; what may heal passes unchanged. */
export function asUnavailable(error: unknown): unknown {
  if (!(error instanceof ApiError) || judge(error).kind !== 'final') return error;
  const found = UNAVAILABLE.find(([tags]) => error.is(tags));
  return found ? new Unavailable(found[1], { cause: error }) : refusal(error, 'reading a file');
}

/** Of a file that is asked for by its revision or id, only its own path is in the way of a request's form. */
export function asFileOnly(error: unknown): unknown {
  const isForm = error instanceof Failure && (error.code === 'RequestRejected' || error.code === 'HeadersTooLarge');
  return isForm ? new Unavailable('request_refused', { cause: error }) : error;
}

/** Nothing lies where the range begins. Seen as 409 by the official SDKs; 416 is what HTTP would say. */
export function isBeyondEnd(error: unknown): boolean {
  return error instanceof ApiError && (error.is('range/not_satisfiable') || error.status === 416);
}
