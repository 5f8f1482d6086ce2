/**
 * What the job's exit code tells whoever started it: the Job controller (podFailurePolicy), a shell, a person.
 * Only 0 means that a verified and complete backup exists; an unknown code must be read as a failure.
 */
export const EXIT_CODES = {
  succeeded: 0,
  failed: 1,
  configuration: 2,
  incomplete: 3,
  mismatch: 4,
  refused: 5,
  leaseHeld: 11,
  credentials: 12,
  noSpace: 13,
  outOfTime: 14,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitReason = keyof typeof EXIT_CODES;

export const EXIT_CODE_MEANINGS: Readonly<Record<ExitReason, string>> = {
  succeeded: 'succeeded: the stored backup was verified',
  failed: 'failed; a retry may help',
  configuration: 'configuration: the policy, an option or a secret is missing or wrong',
  incomplete: 'incomplete: the backup is stored and verified, but listed files are missing from it',
  mismatch: 'the stored object does not match what was sent or what its manifest says',
  refused: 'refused by a guard (empty or shrunken source, overlapping paths)',
  leaseHeld: 'another run holds the lease',
  credentials: 'credentials: refused, revoked, or without a needed permission',
  noSpace: 'no space: at the destination or in the work folder',
  outOfTime: 'out of time (rate limits, a slow or absent remote, too much to do)',
  interrupted: 'interrupted by SIGINT',
  terminated: 'terminated by SIGTERM',
};

/** Retrying these changes nothing: the CronJob's podFailurePolicy fails the Job on them at once. */
export const FINAL_EXIT_CODES: readonly number[] = [
  EXIT_CODES.configuration,
  EXIT_CODES.incomplete,
  EXIT_CODES.mismatch,
  EXIT_CODES.refused,
  EXIT_CODES.leaseHeld,
  EXIT_CODES.credentials,
  EXIT_CODES.noSpace,
];
