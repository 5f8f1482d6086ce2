import picomatch from 'picomatch';

/** spec.source.exclude as a test of a path relative to the source; without case, and dot files match `*` too. */
export function excludedBy(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  return picomatch([...globs], { nocase: true, dot: true });
}
