import { Failure } from '../host/errors.ts';

/** Whether it leads to something below a root, or is '', the root itself: no part is empty or climbs, none has a NUL. */
export const isRelative = (path: string): boolean =>
  path === '' ||
  (!path.includes('\0') && !path.split('/').some((part) => part === '' || part === '.' || part === '..'));

/** Throws PathInvalid for what is no path below the root. */
export function checkRelative(path: string, root: string): void {
  if (!isRelative(path)) throw new Failure('PathInvalid', `${JSON.stringify(path)} is not a path below ${root}`);
}
