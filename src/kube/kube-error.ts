/**
 * A call to the API server that did not do what was asked.
 * `status` is the HTTP status, or undefined when no answer came. `reason` is the server's own word (NotFound, Conflict,
 * AlreadyExists, Forbidden, Unauthorized, Invalid, Expired, TooManyRequests…) or ours: Timeout (no answer within the
 * deadline), Unreachable (no connection, or one that broke), Aborted (the caller's signal), Unreadable (an answer that
 * is no JSON). `message` is one sentence that may be shown; it names the call, never a header or a body.
 */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly status: number | undefined;
  readonly reason: string;
  /** Milliseconds that the server asked to wait (Retry-After), if it did. */
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: string,
    message: string,
    options: { readonly status?: number; readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** True when an error is a KubeError with one of these reasons. */
export const hasReason = (error: unknown, ...reasons: readonly string[]): error is KubeError =>
  error instanceof KubeError && reasons.includes(error.reason);
