import { clip } from '../../api/clip.ts';
import { Failure } from '../../host/errors.ts';

/** The archive contradicts itself, or the format. */
export function corrupt(what: string, options?: { readonly cause: unknown }): Failure {
  return new Failure('CorruptArchive', `the archive is damaged: ${what}`, {
    hint: 'do not rely on this archive; take an older one, and look at how it got here',
    ...options,
  });
}

/** Legal in a ZIP, but nothing that this program writes. */
export function unsupported(what: string): Failure {
  return new Failure('UnsupportedArchive', `the archive was not written by this program: ${what}`, {
    hint: 'open it with an ordinary ZIP program',
  });
}

/** A sentence about an entry has to be read by somebody, and its name may have 65,535 bytes. */
export const shownName = (name: string): string => clip(name, 200);
