import { clip } from '../../../api/clip.ts';
import type { FailureCode } from '../../../api/failure-codes.ts';
import { Failure } from '../../../host/errors.ts';
import { redactStart } from '../../../host/secrets.ts';
import { ApiError } from './api-error.ts';
import { APP_DISABLED, appDisabled, forbidden, TEAM_TOKEN, teamToken, unauthorised } from './credential-refusals.ts';

/** Refusals that mean the same on every route, as the Failure that ends the run; undefined for what ApiError is for. */
export function commonRefusal(route: string, status: number, body: string): Failure | undefined {
  if (status === 400) return badRequest(route, body);
  if (status === 401) return unauthorised(route, body);
  if (status === 403) return forbidden(route, body);
  if (status === 422) {
    return new Failure('NamespaceChanged', 'Dropbox does not accept the root namespace of this account any more', {
      hint: "the account has joined or left a team, or its team space has moved: check the policy's root and namespace, then start a run by hand",
    });
  }
  if (status === 431) return headersTooLarge(`of a request to ${route}`);
  // 408 is said on a connection on which nothing was asked for long enough, and may cross a request.
  if (status === 408 || status === 409 || status === 416 || status === 429 || status >= 500) return undefined;
  return new Failure('UnexpectedAnswer', `${route} was answered with ${status}, which Dropbox does not use`, {
    hint: 'look at what stands between: a proxy, a firewall, CASE_BACKUP_DROPBOX_ORIGIN',
  });
}

export function headersTooLarge(whose: string, cause?: unknown): Failure {
  return new Failure('HeadersTooLarge', `the headers ${whose} are too large`, {
    hint: 'look for a path of thousands of letters in the policy; else see what a proxy on the way lets through',
    cause,
  });
}

/** A 409 that the operation has no better answer to; anything else passes unchanged. */
export function refusal(error: unknown, where: string): unknown {
  if (!(error instanceof ApiError)) return error;
  const fail = (code: FailureCode, what: string, hint: string) =>
    new Failure(code, `${where}: ${what}`, { hint, cause: error });
  if (error.has('insufficient_space') || error.has('insufficient_quota')) {
    return fail(
      'NoSpace',
      'the Dropbox account is full',
      'free some space or buy more; no backup is deleted to make room',
    );
  }
  if (error.has('no_write_permission') || error.has('access_restricted') || error.has('team_folder')) {
    return fail('NoWritePermission', 'the account may not write there', 'give the account edit access to the folder');
  }
  if (error.has('malformed_path') || error.has('disallowed_name')) {
    return fail('NameRefused', 'Dropbox does not accept this name', 'use another folder or file name');
  }
  if (error.has('too_large') || error.has('payload_too_large')) {
    return fail(
      'TooLarge',
      'it is larger than Dropbox accepts',
      'split the source into several policies, or lower uploadPartMiB',
    );
  }
  return fail(
    'DropboxRefused',
    `Dropbox answered ${error.status} ${error.summary}`,
    'look the tag up in the Dropbox API reference',
  );
}

function badRequest(route: string, body: string): Failure {
  if (APP_DISABLED.test(body)) return appDisabled();
  if (TEAM_TOKEN.test(body)) return teamToken();
  if (/Path root is not supported/i.test(body)) {
    return new Failure('AppFolderOnly', 'the Dropbox app is limited to its own folder', {
      hint: 'use an app with full Dropbox access, or set namespace: Home and paths within the app folder',
    });
  }
  return new Failure(
    'RequestRejected',
    `Dropbox rejected the form of a request to ${route}: ${clip(redactStart(body, 300), 300)}`,
    {
      hint: 'this is a fault of this program or a change of the API: please report it',
    },
  );
}
