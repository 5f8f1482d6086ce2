import { EXIT_CODES, type ExitReason } from '../api/exit-codes.ts';
import { exitOf, type FailureCode } from '../api/failure-codes.ts';
import { oneLine } from './printable.ts';
import { redact, redactStart } from './secrets.ts';

export interface FailureOptions {
  /** What the person who reads it can do next; printed after the message. */
  readonly hint?: string;
  /** The error beneath. It never reaches an output unredacted. */
  readonly cause?: unknown;
}

/** Characters; a database may say 2 MB, and what shows a message cuts it to less than this. */
const LONGEST_MESSAGE = 8_192;

/**
 * An error that knows what it means: `code` is a stable identifier for logs, metrics and records, one of the table in
 * api/failure-codes.ts, which gives it its exit code; `message` is one safe sentence: what, where, what is wrong.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exit: ExitReason;
  readonly code: FailureCode;
  readonly hint: string | undefined;

  constructor(code: FailureCode, message: string, options: FailureOptions = {}) {
    super(
      oneLine(redactStart(message, LONGEST_MESSAGE)),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.exit = exitOf(code);
    this.code = code;
    this.hint = options.hint === undefined ? undefined : oneLine(redact(options.hint));
  }

  get exitCode(): number {
    return EXIT_CODES[this.exit];
  }
}

/** The one way from anything thrown to something that may be shown: a Failure passes, the rest becomes exit 1. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  // An abort, or one file that was not to be had and that somebody can't do without.
  if (error instanceof Error && error.cause instanceof Failure) return error.cause;
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT' || isFullDatabase(error)) {
    return new Failure('NoSpace', `no space left: ${messageOf(error)}`, {
      hint: 'free some space, or give the work folder (or its emptyDir) a larger one',
      cause: error,
    });
  }
  if (code !== undefined && OUT_OF.has(code)) {
    return new Failure('LimitReached', `the process may have no more of what the system gives: ${messageOf(error)}`, {
      hint: 'raise its limit of open files (ulimit -n) or of memory, or lower spec.transfer.maxConcurrentDownloads',
      cause: error,
    });
  }
  return new Failure('Unexpected', messageOf(error), { cause: error });
}

/** Descriptors of the process and of the machine, memory and buffers of the kernel, threads. */
const OUT_OF: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EAGAIN']);

/** SQLITE_FULL (sqlite.org/rescode.html): what node:sqlite says in place of ENOSPC. */
function isFullDatabase(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 13;
}

/** `error.code` of Node and undici errors, of the error itself or of what it wraps; undefined where there is none. */
export function errorCode(error: unknown): string | undefined {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    if ('code' in e && typeof e.code === 'string' && e.code !== '') return e.code;
  }
  return undefined;
}

export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  return oneLine(redactStart(text.includes(cause) ? text : `${text} (${cause})`, LONGEST_MESSAGE));
}

export function isAbort(error: unknown): error is Error {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
