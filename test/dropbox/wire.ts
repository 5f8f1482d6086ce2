import { randomInt } from 'node:crypto';

/** A member of a union as Dropbox writes it: `{".tag": "path", "path": {".tag": "not_found"}}`. */
export type Tagged = { '.tag': string } & Record<string, unknown>;

/** `nested('to/conflict/file')`: each tag holds the next under its own name; `extra` goes beside the last tag. */
export function nested(tags: string, extra: Record<string, unknown> = {}): Tagged {
  const [first = '', ...rest] = tags.split('/');
  return rest.length === 0 ? { '.tag': first, ...extra } : { '.tag': first, [first]: nested(rest.join('/'), extra) };
}

/** An endpoint's own error: HTTP 409, or a failed entry of a batch. */
export class Refusal extends Error {
  readonly error: Tagged;
  constructor(error: Tagged | string, extra: Record<string, unknown> = {}) {
    const tagged = typeof error === 'string' ? nested(error, extra) : error;
    super(summaryOf(tagged));
    this.error = tagged;
  }
}

/** A refusal put under a tag: `conflict/file` under `to` is `to/conflict/file`. Other errors pass as they are. */
export function underTag(tag: string, error: unknown): unknown {
  return error instanceof Refusal ? new Refusal({ '.tag': tag, [tag]: error.error }) : error;
}

/** Every other unhappy answer: its status, body and headers are sent as they stand. */
export class HttpError extends Error {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, string>;
  constructor(status: number, body: string | object, headers: Record<string, string> = {}) {
    super(`${status}`);
    this.status = status;
    this.body = typeof body === 'string' ? body : toJson(body);
    const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
    this.headers = { 'Content-Type': type, ...headers };
  }
}

/** The route's name as error texts write it: version 2 routes get a colon (dropbox-sdk-js#351). */
export function badRequest(route: string, reason: string): HttpError {
  return new HttpError(400, `Error in call to API function "${route.replace(/_v(\d+)$/, ':$1')}": ${reason}`);
}

export function tooMany(reason: 'too_many_requests' | 'too_many_write_operations', retryAfter: number): HttpError {
  const inBody = reason === 'too_many_requests' ? { retry_after: retryAfter } : {};
  const error = { reason: { '.tag': reason }, ...inBody };
  return new HttpError(429, { error_summary: `${reason}/${dots()}`, error }, { 'Retry-After': String(retryAfter) });
}

export function unauthorised(tag: string, extra: Record<string, unknown> = {}): HttpError {
  const body = { error_summary: `${tag}/${dots()}`, error: { '.tag': tag, ...extra } };
  return new HttpError(401, body, { 'WWW-Authenticate': 'Bearer realm="Dropbox-API"' });
}

export function errorBody(error: Tagged): { error_summary: string; error: Tagged } {
  return { error_summary: `${summaryOf(error)}/${dots()}`, error };
}

/** The tags from the outermost inwards: through the key named like the tag, or `reason` where a struct is flattened. */
function summaryOf(error: Tagged): string {
  const next = error[error['.tag']] ?? error['reason'];
  return isTagged(next) ? `${error['.tag']}/${summaryOf(next)}` : error['.tag'];
}

function isTagged(value: unknown): value is Tagged {
  return typeof value === 'object' && value !== null && '.tag' in value;
}

/** The service ends each summary with 0–3 dots so that nobody matches it whole. */
function dots(): string {
  return '.'.repeat(randomInt(4));
}

/** JSON as the service's Python writes it: `", "` and `": "`, everything from U+007F up escaped. */
export function toJson(value: unknown): string {
  return escapeAbove7e(JSON.stringify(value, null, 1).replace(/,\n */g, ', ').replace(/\n */g, ''));
}

function escapeAbove7e(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Stone's Timestamp: UTC, whole seconds. */
export function timestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
