import type { IncomingMessage } from 'node:http';
import { clip } from '../../api/clip.ts';
import { errorCode, messageOf } from '../../host/errors.ts';
import { redact } from '../../host/secrets.ts';
import { KubeError } from '../kube-error.ts';

/** What an answer without a Status object means. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The server quotes the object in what it says about it; this much of it is enough to find the fault. */
const LONGEST_MESSAGE = 600;

/** The error of an answer that is not 2xx. */
export function answerError(what: string, response: IncomingMessage, body: string): KubeError {
  const seconds = Number(response.headers['retry-after']);
  return statusError(what, response.statusCode ?? 0, parseStatus(body), seconds > 0 ? seconds * 1000 : undefined);
}

/** The error that a Status object describes: an answer's body, or the object of a watch's ERROR line. */
export function statusError(
  what: string,
  httpStatus: number,
  status: { readonly reason?: unknown; readonly message?: unknown } | undefined,
  retryAfterMs?: number,
): KubeError {
  const said = typeof status?.reason === 'string' && status.reason !== '' ? status.reason : undefined;
  const reason = said ?? REASONS[httpStatus] ?? `Status${httpStatus}`;
  const detail = typeof status?.message === 'string' && status.message !== '' ? status.message : `HTTP ${httpStatus}`;
  return new KubeError(reason, `can't ${what}: ${clip(redact(detail), LONGEST_MESSAGE)}`, {
    status: httpStatus,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** The error of a call that got no whole answer. `expiredMs` is set when its deadline passed. */
export function failedCall(
  what: string,
  error: unknown,
  expiredMs: number | undefined,
  caller: AbortSignal | undefined,
): KubeError {
  if (error instanceof KubeError) return error;
  if (expiredMs !== undefined) {
    return new KubeError('Timeout', `can't ${what}: no whole answer within ${expiredMs / 1000} s`, { cause: error });
  }
  if (caller?.aborted) return new KubeError('Aborted', `gave up to ${what}`, { cause: error });
  const code = errorCode(error);
  const detail = messageOf(error);
  return new KubeError('Unreachable', `can't ${what}: ${code && !detail.includes(code) ? `${code}, ` : ''}${detail}`, {
    cause: error,
  });
}

function parseStatus(body: string): { readonly reason?: unknown; readonly message?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Not from the API server but from something before it; its HTTP status says what can be said.
    return undefined;
  }
}
