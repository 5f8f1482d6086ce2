import { z } from 'zod';

/** The two ends of a policy, spec.source and spec.destination: Dropbox or a mounted volume each. */
const absolutePath = z
  .string()
  .max(1024)
  .regex(/^\/[^\0]*[^/\0]$/, 'must be an absolute path without a trailing slash, such as /CASES');

const secretRef = z
  .strictObject({ name: z.string().min(1).max(253).describe('Name of the Secret.') })
  .describe('A Secret in the namespace of the policy.');

const directory = z
  .strictObject({
    path: absolutePath.describe('Folder on a mounted volume; by hand, any local folder.'),
    claimName: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .describe('PersistentVolumeClaim that the job mounts so that path exists. Not used when the job runs by hand.'),
  })
  .describe('A folder on a mounted volume.');

export const source = z
  .strictObject({
    dropbox: z
      .strictObject({
        credentialsSecretRef: secretRef.describe(
          'Secret with the keys DROPBOX_APP_KEY, DROPBOX_APP_SECRET and DROPBOX_REFRESH_TOKEN (or DROPBOX_ACCESS_TOKEN).',
        ),
        root: absolutePath.default('/CASES').describe('Folder whose subfolders are the cases. Compared without case.'),
        namespace: z
          .enum(['Root', 'Home'])
          .default('Root')
          .describe(
            "Where paths start in a team space: Root is the team's shared root, Home is the member's own folder. They are the same in a personal account.",
          ),
      })
      .optional()
      .describe('A folder in Dropbox.'),
    directory: directory.optional(),
    exclude: z
      .array(z.string().min(1).max(256))
      .max(64)
      .default([])
      .describe('Globs of files to leave out, relative to the source, compared without case: "**/.DS_Store".'),
  })
  .refine((s) => (s.dropbox === undefined) !== (s.directory === undefined), {
    message: 'needs exactly one of dropbox and directory',
  })
  .describe('What is backed up.');

export const destination = z
  .strictObject({
    dropbox: z
      .strictObject({
        folder: absolutePath.default('/BACKUPS').describe('Folder that receives the backups.'),
        credentialsSecretRef: secretRef
          .optional()
          .describe('Only with a directory source; a Dropbox source and destination share their credentials.'),
      })
      .optional()
      .describe('A folder in Dropbox.'),
    directory: directory.optional(),
  })
  .refine((d) => (d.dropbox === undefined) !== (d.directory === undefined), {
    message: 'needs exactly one of dropbox and directory',
  })
  .describe('Where the backups go. It and the source must not contain each other.');
