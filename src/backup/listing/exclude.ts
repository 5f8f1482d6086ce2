import picomatch from 'picomatch';

/** `exclude` are the globs of spec.source.exclude, relative to the source; without case, and dot files match `*` too. */
export const matcherOf = (globs: readonly string[]): ((path: string) => boolean) =>
  globs.length > 0 ? picomatch([...globs], { nocase: true, dot: true, nonegate: true }) : () => false;

/** For a folder: whether all that may be below it is excluded with it. */
export const treeMatcherOf = (globs: readonly string[]): ((folder: string) => boolean) =>
  matcherOf(globs.filter((glob) => /(^|\/)\*\*$/.test(glob)).map((glob) => glob.replace(/\/\*\*$/, '')));
