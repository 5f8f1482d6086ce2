import type { z } from 'zod';
import type { CelRule, Rule } from './cel-rules.ts';
import type { destination, source } from './policy-stores.ts';

/** What spec.source and spec.destination must be to each other; fields are named from spec. */
interface Ends {
  readonly source: z.output<typeof source>;
  readonly destination: z.output<typeof destination>;
}

export const END_RULES: readonly Rule<Ends>[] = [
  {
    rule: '!has(self.source.dropbox) || !has(self.destination.dropbox) || !has(self.destination.dropbox.credentialsSecretRef)',
    message: 'belongs only to a directory source; a Dropbox source and destination share their credentials',
    fieldPath: '.destination.dropbox.credentialsSecretRef',
    holds: ({ source, destination }) => !source.dropbox || !destination.dropbox?.credentialsSecretRef,
  },
  {
    rule: 'has(self.source.dropbox) || !has(self.destination.dropbox) || has(self.destination.dropbox.credentialsSecretRef)',
    message: 'needs credentialsSecretRef (the Secret with the Dropbox credentials) beside a directory source',
    fieldPath: '.destination.dropbox',
    holds: ({ source, destination }) =>
      source.dropbox !== undefined ||
      destination.dropbox === undefined ||
      destination.dropbox.credentialsSecretRef !== undefined,
  },
  {
    rule: '!has(self.source.directory) || !has(self.source.directory.claimName) || !has(self.destination.directory) || !has(self.destination.directory.claimName) || self.source.directory.claimName != self.destination.directory.claimName',
    message: 'must be another claim than the source has: a claim is mounted whole, so both would be one folder',
    fieldPath: '.destination.directory.claimName',
    holds: ({ source, destination }) =>
      source.directory?.claimName === undefined || source.directory.claimName !== destination.directory?.claimName,
  },
];

/** CEL for "one of two folders lies in the other, or they are the same". */
const nested = (a: string, b: string): string =>
  `(${a} + '/').startsWith(${b} + '/') || (${b} + '/').startsWith(${a} + '/')`;

const NESTED = 'must not be, contain or lie in the source: every backup would hold the one before it';

/**
 * Only by name, to say it when the policy is applied. The job doesn't repeat it on the policy but asks the stores (links,
 * mounts, ids, letters beyond ASCII) and refuses with exit 5, as a guard.
 */
export const OVERLAP_RULES: readonly CelRule[] = [
  {
    rule: `!has(self.source.dropbox) || !has(self.destination.dropbox) || !(${nested('self.source.dropbox.root.lowerAscii()', 'self.destination.dropbox.folder.lowerAscii()')})`,
    message: NESTED,
    fieldPath: '.destination.dropbox.folder',
  },
  {
    rule: `!has(self.source.directory) || !has(self.destination.directory) || !(${nested('self.source.directory.path', 'self.destination.directory.path')})`,
    message: NESTED,
    fieldPath: '.destination.directory.path',
  },
];
