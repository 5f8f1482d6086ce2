import type { ExitReason } from './exit-codes.ts';
import { CONFIGURATION } from './failure-codes/configuration.ts';
import { CONTROLLER } from './failure-codes/controller.ts';
import { CREDENTIALS } from './failure-codes/credentials.ts';
import { FAILED } from './failure-codes/failed.ts';
import type { Meaning } from './failure-codes/meaning.ts';
import { MISMATCH } from './failure-codes/mismatch.ts';
import { RUN_LOG } from './failure-codes/run-log.ts';
import { INTERRUPTED, LEASE_HELD, NO_SPACE, OUT_OF_TIME, REFUSED, TERMINATED } from './failure-codes/stopped.ts';

/**
 * Every code word by which a failure is known, once: the exit code that it leads to, what it means, what to do. A word
 * that is not here does not compile (host/errors.ts), and docs/troubleshooting.md is made of this table.
 */
const BY_EXIT = {
  failed: FAILED,
  configuration: CONFIGURATION,
  mismatch: MISMATCH,
  refused: REFUSED,
  leaseHeld: LEASE_HELD,
  credentials: CREDENTIALS,
  noSpace: NO_SPACE,
  outOfTime: OUT_OF_TIME,
  interrupted: INTERRUPTED,
  terminated: TERMINATED,
} as const satisfies Partial<Record<ExitReason, Readonly<Record<string, Meaning>>>>;

type Exits = typeof BY_EXIT;
type WithOwnExit = typeof RUN_LOG & typeof CONTROLLER;

export type FailureCode = { [E in keyof Exits]: keyof Exits[E] }[keyof Exits] | keyof WithOwnExit;

const EXITS = new Map<string, ExitReason>([
  ...Object.entries(BY_EXIT).flatMap(([exit, codes]) =>
    Object.keys(codes).map((code) => [code, exit as ExitReason] as const),
  ),
  ...Object.entries({ ...RUN_LOG, ...CONTROLLER }).map(([code, { exit }]) => [code, exit] as const),
]);

/** The exit code's name that a failure leads to. */
export function exitOf(code: FailureCode): ExitReason {
  const exit = EXITS.get(code);
  if (exit === undefined) throw new Error(`${code} is no failure code`);
  return exit;
}

/** The same for a word that may be none of these. */
export const exitOfReason = (reason: string): ExitReason | undefined => EXITS.get(reason);

/** The failures that end a run or a command with this exit code. */
export const failuresOf = (exit: ExitReason): Readonly<Record<string, Meaning>> =>
  exit in BY_EXIT ? BY_EXIT[exit as keyof Exits] : {};
