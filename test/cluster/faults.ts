/** What the fault proxy does to a request in place of passing it on, or to its answer. */
export type Fault =
  | { readonly kind: 'answer'; readonly status: number; readonly reason: string; readonly retryAfter?: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'slow'; readonly ms: number }
  /** The answer begins, and the connection breaks after that many lines (of a watch: events). */
  | { readonly kind: 'cut'; readonly afterLines: number }
  /** The watch gets one ERROR event with a 410, as when its resourceVersion is no longer known. */
  | { readonly kind: 'goneInStream' }
  /** The watch stands open and nothing comes: a load balancer that forgot the connection. */
  | { readonly kind: 'silent' };

export const answers = (status: 500 | 503 | 504 | 403 | 401 | 409): Fault => ({
  kind: 'answer',
  status,
  reason: REASONS[status] ?? 'InternalError',
});
export const tooMany = (retryAfter = 1): Fault => ({
  kind: 'answer',
  status: 429,
  reason: 'TooManyRequests',
  retryAfter,
});
export const gone = (): Fault => ({ kind: 'answer', status: 410, reason: 'Expired' });
export const goneInStream = (): Fault => ({ kind: 'goneInStream' });
export const hangs = (): Fault => ({ kind: 'hang' });
export const resets = (): Fault => ({ kind: 'reset' });
export const slow = (ms: number): Fault => ({ kind: 'slow', ms });
export const cut = (afterLines = 0): Fault => ({ kind: 'cut', afterLines });
export const silent = (): Fault => ({ kind: 'silent' });

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  409: 'Conflict',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** A Status object as the API server writes it. */
export function statusObject(code: number, reason: string): object {
  const message = code === 410 ? 'too old resource version: 1 (2)' : `the fault proxy answers ${code}`;
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}
