import { Failure } from '../host/errors.ts';

/** Throws PathInvalid for what is no path below a root: one that climbs, has an empty part, or a NUL. */
export function checkRelative(path: string, root: string): void {
  const climbs = path !== '' && path.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (!climbs && !path.includes('\0')) return;
  throw new Failure('PathInvalid', `${JSON.stringify(path)} is not a path below ${root}`);
}
