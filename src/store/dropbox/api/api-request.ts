import type { HttpAnswer } from './http.ts';

export interface ApiRequest {
  /** Such as `files/download`. */
  readonly route: string;
  readonly host: 'api' | 'content';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
  /** The server may think for minutes before it answers: listings and commits. */
  readonly slow?: boolean;
  /**
   * The answer's body is a content of about so many bytes: so many at once as are allowed, and behind all other calls where
   * calls are held back.
   */
  readonly downloadBytes?: number | undefined;
}

/** One attempt. Resolves for 2xx only; throws ApiError or TransferFault (which may heal) or Failure (which ends the run). */
export type Send = (request: ApiRequest, signal: AbortSignal) => Promise<HttpAnswer>;
