import { checkRelative } from '../relative-path.ts';

/** Paths below one root folder: between the store's relative ones and Dropbox's absolute ones. */
export interface Paths {
  /** As people wrote it, without a trailing slash; '' for the top. */
  readonly root: string;
  /** `/CASES/a/b`; '' for the top, which is how the API names it. Dropbox keeps names in NFC and finds no others. */
  absolute(relative: string): string;
  /**
   * Drops the root's components. By their number, not as a prefix: the root's letters may differ in case, and
   * Dropbox lower-cases by other rules than JavaScript.
   */
  relative(absolute: string): string;
}

export function pathsBelow(root: string): Paths {
  const top = root.normalize('NFC').replace(/\/+$/, '');
  const depth = depthOf(top);
  return {
    root: top,
    absolute(relative) {
      checkRelative(relative, top || '/');
      return relative === '' ? top : `${top}/${relative.normalize('NFC')}`;
    },
    relative: (absolute) =>
      absolute
        .split('/')
        .slice(depth + 1)
        .join('/'),
  };
}

/** Number of components: 0 for '', 2 for `a/b` and for `/a/b`. */
export function depthOf(path: string): number {
  return path.split('/').filter((part) => part !== '').length;
}
