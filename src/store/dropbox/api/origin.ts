import { Failure } from '../../../host/errors.ts';

/** The variable that sends everything elsewhere than to Dropbox. */
export const ORIGIN = 'CASE_BACKUP_DROPBOX_ORIGIN';

/** Types of what Dropbox answers with: calls, tokens, downloads. */
const DROPBOX_TYPES = /^(application\/json|text\/javascript|application\/octet-stream)\b/;

export function originInvalid(what: string, cause?: unknown): Failure {
  return new Failure('OriginInvalid', `what ${ORIGIN} names ${what}`, {
    hint: `leave ${ORIGIN} unset to reach Dropbox itself; else write it as http://HOST:PORT of what answers in its place`,
    cause,
  });
}

/** Of the first answers of a place that stands for Dropbox: a web server of any kind says 404, or 200 with a page. */
export function foreignAnswer(status: number, type: string): Failure | undefined {
  if (status < 300 ? DROPBOX_TYPES.test(type) : status >= 400 && status !== 404 && status !== 405) return undefined;
  return originInvalid(`is not Dropbox: it answers with ${status} ${type}`.trimEnd());
}
