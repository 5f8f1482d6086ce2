import { CREDENTIALS, dropbox, folders, type PolicyCase, refused } from './policy-cases.ts';

const NEGATES =
  'must not negate (a ! in front, !( or (?!): it would leave out everything that it does not name; write \\! for a ! in a name';

/** Policies whose source or destination is wrong. */
export const REFUSED_ENDS: readonly PolicyCase[] = [
  refused(
    'no source',
    { destination: { dropbox: {} } },
    {
      job: 'spec.source: is missing',
      server: 'spec.source: Required value',
    },
  ),
  refused(
    'no destination',
    { source: { dropbox: CREDENTIALS } },
    {
      job: 'spec.destination: is missing',
      server: 'spec.destination: Required value',
    },
  ),
  refused(
    'an empty source',
    { ...folders('/cases', '/backups'), source: {} },
    {
      job: 'spec.source: needs exactly one of dropbox and directory',
      server: 'spec.source: Invalid value: needs exactly one of dropbox and directory',
    },
  ),
  refused(
    'an empty destination',
    { ...dropbox(), destination: {} },
    {
      job: 'spec.destination: needs exactly one of dropbox and directory',
      server: 'spec.destination: Invalid value: needs exactly one of dropbox and directory',
    },
  ),
  refused(
    'two sources',
    { source: { dropbox: CREDENTIALS, directory: { path: '/cases' } }, destination: { dropbox: {} } },
    {
      job: 'spec.source: needs exactly one of dropbox and directory',
      server: 'spec.source: Invalid value: needs exactly one of dropbox and directory',
    },
  ),
  refused(
    'two destinations',
    { ...dropbox(), destination: { dropbox: {}, directory: { path: '/backups' } } },
    {
      job: 'spec.destination: needs exactly one of dropbox and directory',
      server: 'spec.destination: Invalid value: needs exactly one of dropbox and directory',
    },
  ),
  refused(
    'a Dropbox source without credentials',
    { ...dropbox(), source: { dropbox: {} } },
    {
      job: 'spec.source.dropbox.credentialsSecretRef: is missing',
      server: 'spec.source.dropbox.credentialsSecretRef: Required value',
    },
  ),
  refused('a Secret without a name', dropbox({}, { credentialsSecretRef: { name: '' } }), {
    job: 'spec.source.dropbox.credentialsSecretRef.name: must not be empty',
    server:
      'spec.source.dropbox.credentialsSecretRef.name: Invalid value: "": spec.source.dropbox.credentialsSecretRef.name in body should be at least 1 chars long',
  }),
  refused('a name of a namespace that there is not', dropbox({}, { namespace: 'Team' }), {
    job: 'spec.source.dropbox.namespace: must be Root or Home',
    server: 'spec.source.dropbox.namespace: Unsupported value: "Team": supported values: "Root", "Home"',
  }),
  refused("a destination's field in the source", dropbox({}, { folder: '/CASES' }), {
    job: 'spec.source.dropbox.folder: is not a field of a policy; did you mean spec.destination.dropbox.folder?',
    server: 'strict decoding error: unknown field "spec.source.dropbox.folder"',
  }),
  refused('a relative path', dropbox({}, { root: 'CASES' }), {
    job: 'spec.source.dropbox.root: must be an absolute path without a trailing slash, such as /CASES',
    server:
      'spec.source.dropbox.root: Invalid value: "CASES": must be an absolute path without a trailing slash, such as /CASES',
  }),
  refused('a trailing slash', dropbox({}, {}, { folder: '/BACKUPS/' }), {
    job: 'spec.destination.dropbox.folder: must be an absolute path without a trailing slash, such as /CASES',
    server:
      'spec.destination.dropbox.folder: Invalid value: "/BACKUPS/": must be an absolute path without a trailing slash, such as /CASES',
  }),
  refused('the top folder', folders('/', '/backups'), {
    job: 'spec.source.directory.path: must be an absolute path without a trailing slash, such as /CASES',
    server:
      'spec.source.directory.path: Invalid value: "/": must be an absolute path without a trailing slash, such as /CASES',
  }),
  refused('an empty part in a path', folders('/data//cases', '/backups'), {
    job: 'spec.source.directory.path: must be an absolute path without a trailing slash, such as /CASES',
    server:
      'spec.source.directory.path: Invalid value: "/data//cases": must be an absolute path without a trailing slash, such as /CASES',
  }),
  refused('a path through ..', folders('/data/../cases', '/backups'), {
    job: 'spec.source.directory.path: must not lead through . or ..',
    server: 'spec.source.directory.path: Invalid value: "/data/../cases": must not lead through . or ..',
  }),
  refused('a path that ends in .', folders('/cases', '/backups/.'), {
    job: 'spec.destination.directory.path: must not lead through . or ..',
    server: 'spec.destination.directory.path: Invalid value: "/backups/.": must not lead through . or ..',
  }),
  refused('a path of 1,025 characters', dropbox({}, { root: `/${'a'.repeat(1024)}` }), {
    job: 'spec.source.dropbox.root: must have at most 1024 characters',
    server: 'spec.source.dropbox.root: Too long: may not be more than 1024 bytes',
  }),
  refused(
    '65 globs',
    { ...dropbox(), source: { dropbox: CREDENTIALS, exclude: Array.from({ length: 65 }, (_, i) => `*.${i}`) } },
    {
      job: 'spec.source.exclude: must have at most 64 items',
      server: 'spec.source.exclude: Too many: 65: must have at most 64 items',
    },
  ),
  refused(
    'an empty glob',
    { ...dropbox(), source: { dropbox: CREDENTIALS, exclude: [''] } },
    {
      job: 'spec.source.exclude[0]: must not be empty',
      server:
        'spec.source.exclude[0]: Invalid value: "": spec.source.exclude[0] in body should be at least 1 chars long',
    },
  ),
  ...[
    '!*.docx',
    './!*.docx',
    '!(*.docx)',
    '**/!(*.docx)',
    '{a,!(b)}',
    'a\\\\!(b)',
    '**/(?!a)*',
    '(?<!a)*',
    '!!a',
    '!',
  ].map((glob) =>
    refused(
      `the glob ${glob}, which leaves out all the rest`,
      { ...dropbox(), source: { dropbox: CREDENTIALS, exclude: ['*.tmp', glob] } },
      {
        job: `spec.source.exclude[1]: ${NEGATES}`,
        server: `spec.source.exclude[1]: Invalid value: ${JSON.stringify(glob)}: ${NEGATES}`,
      },
    ),
  ),
  refused(
    'a glob instead of a list',
    { ...dropbox(), source: { dropbox: CREDENTIALS, exclude: '*.tmp' } },
    {
      job: 'spec.source.exclude: must be a list, not text',
      server:
        'spec.source.exclude: Invalid value: "string": spec.source.exclude in body must be of type array: "string"',
    },
  ),
  refused('credentials at both Dropbox ends', dropbox({}, {}, CREDENTIALS), {
    job: 'spec.destination.dropbox.credentialsSecretRef: belongs only to a directory source; a Dropbox source and destination share their credentials',
    server:
      'spec.destination.dropbox.credentialsSecretRef: Invalid value: belongs only to a directory source; a Dropbox source and destination share their credentials',
  }),
  refused(
    'a folder to Dropbox without credentials',
    { source: { directory: { path: '/cases' } }, destination: { dropbox: {} } },
    {
      job: 'spec.destination.dropbox: needs credentialsSecretRef (the Secret with the Dropbox credentials) beside a directory source',
      server:
        'spec.destination.dropbox: Invalid value: needs credentialsSecretRef (the Secret with the Dropbox credentials) beside a directory source',
    },
  ),
  refused(
    'one claim for both ends',
    {
      source: { directory: { path: '/cases', claimName: 'nas' } },
      destination: { directory: { path: '/backups', claimName: 'nas' } },
    },
    {
      job: 'spec.destination.directory.claimName: must be another claim than the source has: a claim is mounted whole, so both would be one folder',
      server:
        'spec.destination.directory.claimName: Invalid value: must be another claim than the source has: a claim is mounted whole, so both would be one folder',
    },
  ),
];

/** What the job leaves to a run, which asks the stores themselves and refuses with exit 5. */
export const OVERLAPS: readonly PolicyCase[] = [
  refused('one folder of Dropbox for both ends, in another case', dropbox({}, {}, { folder: '/Cases' }), {
    job: undefined,
    server:
      'spec.destination.dropbox.folder: Invalid value: must not be, contain or lie in the source: every backup would hold the one before it',
  }),
  refused('a destination inside the source', dropbox({}, {}, { folder: '/cases/Backups' }), {
    job: undefined,
    server:
      'spec.destination.dropbox.folder: Invalid value: must not be, contain or lie in the source: every backup would hold the one before it',
  }),
  refused('a destination around the source', dropbox({}, { root: '/BACKUPS/cases' }), {
    job: undefined,
    server:
      'spec.destination.dropbox.folder: Invalid value: must not be, contain or lie in the source: every backup would hold the one before it',
  }),
  refused('one folder for both ends', folders('/data', '/data'), {
    job: undefined,
    server:
      'spec.destination.directory.path: Invalid value: must not be, contain or lie in the source: every backup would hold the one before it',
  }),
  refused('a folder inside the source', folders('/data', '/data/backups'), {
    job: undefined,
    server:
      'spec.destination.directory.path: Invalid value: must not be, contain or lie in the source: every backup would hold the one before it',
  }),
  refused('a folder around the source', folders('/data/cases', '/data'), {
    job: undefined,
    server:
      'spec.destination.directory.path: Invalid value: must not be, contain or lie in the source: every backup would hold the one before it',
  }),
];
