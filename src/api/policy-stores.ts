import { z } from 'zod';
import { type CelRule, inCluster, withRules } from './cel-rules.ts';

/** The two ends of a policy, spec.source and spec.destination: Dropbox or a mounted volume each. */
const PATH_LENGTH = 1024;
const NAME_LENGTH = 253;

/** As a rule, not as a pattern, because a pattern's fault is shown to the author as the pattern. */
const absolutePath = withRules(z.string().max(PATH_LENGTH), [
  {
    rule: "self.matches(r'^(/[^/\\x00]+)+$')",
    message: 'must be an absolute path without a trailing slash, such as /CASES',
    holds: (path) => /^(\/[^/\x00]+)+$/.test(path),
  },
  {
    rule: "!self.matches('/[.]{1,2}(/|$)')",
    message: 'must not lead through . or ..',
    holds: (path) => !/\/\.{1,2}(\/|$)/.test(path),
  },
]);

/** A policy whose folders change would judge, prune and restore from backups of something else. */
const unchanged = (what: string): readonly CelRule[] => [
  { rule: 'self == oldSelf', message: `${what} of a policy can't be changed; make a new policy` },
];

const ONE_OF = 'needs exactly one of dropbox and directory';
const isOneOf = (end: { dropbox?: unknown; directory?: unknown }): boolean =>
  (end.dropbox === undefined) !== (end.directory === undefined);

const oneStore = [{ rule: 'has(self.dropbox) != has(self.directory)', message: ONE_OF, holds: isOneOf }];
const sameStore: readonly CelRule[] = [
  {
    rule: 'has(self.dropbox) == has(oldSelf.dropbox)',
    message: "dropbox and directory can't be exchanged; make a new policy",
  },
];

const secretRef = z
  .strictObject({ name: z.string().min(1).max(NAME_LENGTH).describe('Name of the Secret.') })
  .describe('A Secret in the namespace of the policy.');

const directoryFields = (what: string) =>
  z.strictObject({
    path: inCluster(absolutePath, unchanged(what)).describe(
      'Folder on a mounted volume, in Kubernetes below /mnt; by hand, any local folder.',
    ),
    claimName: z
      .string()
      .min(1)
      .max(NAME_LENGTH)
      .optional()
      .describe('PersistentVolumeClaim that the job mounts so that path exists. Not used when the job runs by hand.'),
  });

/** A ! in front, the extended glob !(…), and the negations of regular expressions, which the matcher passes on. */
const NEGATION = /^(\.\/)*!|(^|[^\\])(\\\\)*!\(|\(\?<?!/;

const excludeGlob = withRules(z.string().min(1).max(256), [
  {
    rule: `!self.matches(r'${NEGATION.source.replaceAll('\\/', '/')}')`,
    message:
      'must not negate (a ! in front, !( or (?!): it would leave out everything that it does not name; write \\! for a ! in a name',
    holds: (glob) => !NEGATION.test(glob),
  },
]);

const sourceFields = z.strictObject({
  dropbox: z
    .strictObject({
      credentialsSecretRef: secretRef.describe(
        'Secret with the keys DROPBOX_APP_KEY, DROPBOX_APP_SECRET and DROPBOX_REFRESH_TOKEN (or DROPBOX_ACCESS_TOKEN).',
      ),
      root: inCluster(absolutePath, unchanged('the source'))
        .default('/CASES')
        .describe('Folder whose subfolders are the cases. Compared without case.'),
      namespace: z
        .enum(['Root', 'Home'])
        .default('Root')
        .describe(
          "Where paths start in a team space: Root is the team's shared root, Home is the member's own folder. They are the same in a personal account.",
        ),
    })
    .optional()
    .describe('A folder in Dropbox.'),
  directory: directoryFields('the source').optional().describe('A folder on a mounted volume.'),
  exclude: z
    .array(excludeGlob)
    .max(64)
    .default([])
    .describe(
      'Globs of files to leave out, relative to the source, compared without case: "**/.DS_Store"; "Archive/**" leaves out a folder with all that it holds and does not even open it. None may negate, which would leave out all the rest; \\! stands for a ! in a name.',
    ),
});

export const source = inCluster(withRules(sourceFields, oneStore), sameStore).describe('What is backed up.');

const destinationFields = z.strictObject({
  dropbox: z
    .strictObject({
      folder: inCluster(absolutePath, unchanged('the destination'))
        .default('/BACKUPS')
        .describe('Folder that receives the backups.'),
      credentialsSecretRef: secretRef
        .optional()
        .describe(
          'Secret as for a Dropbox source. Needed with a directory source and refused with a Dropbox source, whose credentials serve both.',
        ),
    })
    .optional()
    .describe('A folder in Dropbox.'),
  directory: directoryFields('the destination')
    .extend({
      requireMount: z
        .boolean()
        .default(false)
        .describe(
          'Refuse a path at or above which no volume is mounted but the root: an unmounted disk looks like a new and empty one. A folder that is missing is refused with it or without.',
        ),
      groupReadable: z
        .boolean()
        .default(false)
        .describe(
          'Backups are readable for their owner alone (0600); true lets the group of the folder read them (0640).',
        ),
    })
    .optional()
    .describe('A folder on a mounted volume.'),
});

export const destination = inCluster(withRules(destinationFields, oneStore), sameStore).describe(
  'Where the backups go. It and the source must not contain each other.',
);
