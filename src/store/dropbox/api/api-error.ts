import { messageOf } from '../../../host/errors.ts';
import type { Bound } from '../../retrying.ts';

/**
 * An answer that is no success: an endpoint's refusal (409, 416), a rate limit (429) or a server error (5xx). What no
 * endpoint can mean differently (400, 401, 403, 422) is a Failure from the start: refusals.ts.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly route: string;
  /** `error_summary` without its random tail of dots; '' where the body was not JSON. */
  readonly summary: string;
  /** The `error` member of a JSON body. */
  readonly detail: unknown;
  /** From the Retry-After header or the body's `retry_after`, whichever is longer. */
  readonly retryAfterMs: number | undefined;

  constructor(route: string, status: number, body: string, retryAfter: string | undefined) {
    const parsed = parseObject(body);
    const summary = typeof parsed?.['error_summary'] === 'string' ? parsed['error_summary'].replace(/\/\.*$/, '') : '';
    super(`Dropbox answered ${route} with ${status}${summary === '' ? '' : ` ${summary}`}`);
    this.status = status;
    this.route = route;
    this.summary = summary;
    this.detail = parsed?.['error'];
    this.retryAfterMs = longest(seconds(retryAfter), seconds(member(this.detail, 'retry_after')));
  }

  /** Whether the summary starts with this path of tags: `path/conflict` holds for `path/conflict/file`. */
  is(tags: string): boolean {
    return this.status === 409 && (this.summary === tags || this.summary.startsWith(`${tags}/`));
  }

  /** Whether a tag stands anywhere in the summary. */
  has(tag: string): boolean {
    return this.status === 409 && this.summary.split('/').includes(tag);
  }
}

/** The connection broke, fell silent, or brought something that can't be the answer. Another attempt may heal it. */
export class TransferFault extends Error {
  override readonly name = 'TransferFault';
  /** Where it need not be waited out for as long as others. */
  readonly bound: Bound | undefined;
  constructor(what: string, cause?: unknown, bound?: Bound) {
    super(cause === undefined ? what : `${what}: ${messageOf(cause)}`, cause === undefined ? undefined : { cause });
    this.bound = bound;
  }
}

/** A 200 of a proxy, or of a server in trouble, may say anything: another attempt may bring the answer. */
export function requireAnswer(isOne: boolean): void {
  if (!isOne) throw new TransferFault('a call was answered without what every answer to it has');
}

/** What every metadata has, and every union of the API. */
export const isTagged = (value: unknown): boolean => typeof member(value, '.tag') === 'string';

/** Whether the request may have taken effect although no success was heard. */
export function mayHaveHappened(error: unknown): boolean {
  return (
    error instanceof TransferFault ||
    (error instanceof ApiError && (error.status >= 500 || error.status === 408 || error.has('internal_error')))
  );
}

export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

export function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** Retry-After came as `1`, `300` and `60.0`; anything else is as good as none. */
function seconds(value: unknown): number | undefined {
  const ms =
    typeof value === 'number' || typeof value === 'string' ? Number.parseFloat(String(value)) * 1000 : Number.NaN;
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

function longest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : Math.max(a, b ?? 0);
}
