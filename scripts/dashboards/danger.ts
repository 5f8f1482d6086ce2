import type { Look } from './look.ts';
import { steps, words } from './look.ts';
import { CONTROLLERS, each, happened, type Scope, series } from './queries.ts';

/**
 * How much danger a policy's backups are in, by nothing but metrics; the higher, the worse. Unknown overrides At risk,
 * though it is sorted behind it: what is known to be wrong comes first.
 */
export const STATES = { safe: 0, waiting: 1, unknown: 2, atRisk: 3, notSafe: 4 } as const;

export const DANGER: Look = {
  unit: 'none',
  noValue: 'Unknown',
  mappings: [
    words({
      [STATES.notSafe]: ['Not safe', 'red'],
      [STATES.atRisk]: ['At risk', 'orange'],
      [STATES.unknown]: ['Unknown', 'purple'],
      [STATES.waiting]: ['Waiting', 'blue'],
      [STATES.safe]: ['Safe', 'green'],
    }),
  ],
  steps: steps('green', [1, 'blue'], [2, 'purple'], [3, 'orange'], [4, 'red']),
};

/** These two decide what is not safe; what else is False puts a backup at risk. Progressing is about no danger. */
const PROTECTION = 'Fresh|Verified';

/** How long the policies of a controller that is gone are shown, as Unknown. */
const REMEMBERED = '1d';

/** The state of each policy as a number; the first that holds counts, and what nothing proves is Unknown. */
export function danger(scope: Scope): string {
  const info = each('case_backup_policy_info', scope);
  const lastSuccess = happened('case_backup_last_success_timestamp_seconds', scope);
  const staleAfter = each('case_backup_policy_stale_after_seconds', scope);
  const suspended = `(${each('case_backup_policy_suspended', scope)} == 1)`;
  const has = (types: string, status: string): string =>
    `(${each('case_backup_policy_condition', scope, { matchers: `type=~"${types}", status="${status}"` })} == 1)`;
  const isFalse = (matcher: string): string =>
    `(${each('case_backup_policy_condition', scope, { matchers: `${matcher}, status="False"` })} == 1)`;
  // No run has ended, and the policy is younger than a backup may be old.
  const isNew = `((time() - ${each('case_backup_policy_created_timestamp_seconds', scope)} < ${staleAfter}) and (${each('case_backup_last_run_timestamp_seconds', scope)} == 0))`;
  // The condition Fresh is what the controller last wrote; the clock goes on without it.
  const isOld = `(time() - ${lastSuccess} > ${staleAfter} unless ${suspended})`;
  const missed = `(${each('case_backup_missed_run_timestamp_seconds', scope)} > (${lastSuccess} or 0 * ${info}))`;

  const notSafe = `((${has('Fresh', 'False')} or ${isOld}) unless ${isNew}) or ${has('Verified', 'False')}`;
  const unknown = `(${has(`${PROTECTION}|LastRunSucceeded`, 'Unknown')} unless ${isNew}) or ${unled(scope)} or ${unserved(scope)}`;
  const atRisk = `${isFalse(`type!~"Progressing|${PROTECTION}"`)} or ${suspended} or ${missed}`;
  const safe = `${has('Fresh', 'True')} and ${has('Verified', 'True')}`;
  return [
    is(STATES.notSafe, notSafe),
    is(STATES.unknown, unknown),
    is(STATES.atRisk, atRisk),
    is(STATES.waiting, isNew),
    is(STATES.safe, safe),
    is(STATES.unknown, info),
    is(STATES.unknown, unheardOf(scope)),
  ].join('\nor\n');
}

const is = (state: number, which: string): string => `(0 * (${which}) + ${state})`;

/** No controller that tells of the policy leads, so nobody keeps its status. */
const unled = (scope: Scope): string =>
  `(max by (namespace, policy) (${series('case_backup_policy_info', scope)} * on (job, instance) group_left () max by (job, instance) (${series('leader_election_master_status', CONTROLLERS)})) == 0)`;

/** The API server refuses the controller the lists of the policy's namespace, or of all ('' is what it says for them). */
function unserved(scope: Scope): string {
  const info = each('case_backup_policy_info', scope);
  const refused = `max by (namespace) (${series('case_backup_controller_namespace_served', CONTROLLERS)}) == 0`;
  const all = `max(${series('case_backup_controller_namespace_served', CONTROLLERS, 'namespace=""')}) == 0`;
  return `(${info} and on (namespace) (${refused})) or (${info} and on () (${all}))`;
}

/** A policy that was told of, while no controller answers now; one that does would tell of it, were it still there. */
const unheardOf = (scope: Scope): string =>
  `max by (namespace, policy) (last_over_time(${series('case_backup_policy_info', scope)}[${REMEMBERED}])) unless on () (max(${series('up', CONTROLLERS)}) == 1)`;

/** Policies in a state: 0 for none, and nothing where no policy is told of at all, which is no good news. */
export const countIn = (state: number, scope: Scope): string => `sum((${danger(scope)}) == bool ${state})`;
