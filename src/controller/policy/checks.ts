import type { Judgement } from '../../api/conditions.ts';
import { cronJobName } from '../../api/kubernetes-names.ts';
import { type PolicySpec, policySpecSchema } from '../../api/policy.ts';
import { checkPolicy, faultSentence } from '../../api/policy-faults.ts';
import { clipped } from '../clipped.ts';
import type { CronJob, PolicyObject } from '../workloads.ts';
import { schedule } from './schedule.ts';

/** What became of the CronJob in this round. */
export type Applied =
  | { readonly kind: 'stands' }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * What can be said about a policy before anything is applied. Each check names one thing that keeps the next run from
 * happening; the first that fails is the reason of Ready=False.
 */
export interface Candidate {
  readonly policy: PolicyObject;
  readonly cronJob: CronJob | undefined;
  readonly now: Date;
}

type Check = (candidate: Candidate) => Judgement | undefined;

const SPEC_CHECKS: readonly Check[] = [specIsValid, scheduleFires, foldersAreMounted, mountsHideNothing, cronJobIsOurs];

/** Why no CronJob may be made for this policy, or undefined when one may. */
export function firstFault(candidate: Candidate): Judgement | undefined {
  for (const check of SPEC_CHECKS) {
    const fault = check(candidate);
    if (fault) return fault;
  }
  return undefined;
}

/** The whole verdict: the spec's faults, then what the server said, then what a pod waits for. */
export function judgeReady(fault: Judgement | undefined, applied: Applied, missing: string | undefined): Judgement {
  if (fault) return fault;
  if (applied.kind === 'foreign') return conflict();
  if (applied.kind === 'refused') return no('CronJobRefused', `the server refused the CronJob: ${applied.message}`);
  if (missing !== undefined) return no('SecretMissing', `a run can't start: ${missing}`);
  return { status: 'True', reason: 'Scheduled', message: 'accepted; the CronJob stands' };
}

const no = (reason: string, message: string): Judgement => ({ status: 'False', reason, message: clipped(message) });

/** The CRD's schema can't tell a real cron field, and an object may be older than a rule. */
function specIsValid({ policy }: Candidate): Judgement | undefined {
  const checked = checkPolicy(policySpecSchema, policy.spec, ['spec']);
  if (checked.faults === undefined) return undefined;
  const reason = SPEC_REASONS[checked.faults[0]?.field ?? ''] ?? 'InvalidSpec';
  return no(reason, checked.faults.map(faultSentence).join('; '));
}

const SPEC_REASONS: Readonly<Record<string, string>> = {
  'spec.schedule': 'InvalidSchedule',
  'spec.timeZone': 'InvalidTimeZone',
};

function scheduleFires({ policy, now }: Candidate): Judgement | undefined {
  const { schedule: cron, timeZone } = policy.spec;
  return schedule(cron, timeZone).next(now) ? undefined : no('InvalidSchedule', `spec.schedule: ${cron} never comes`);
}

/** By hand a folder is a folder; in a pod one without a claim would be inside the container, and gone with it. */
function foldersAreMounted({ policy }: Candidate): Judgement | undefined {
  const { source, destination } = policy.spec;
  for (const [end, member] of [
    ['source', source.directory],
    ['destination', destination.directory],
  ] as const) {
    if (member && member.claimName === undefined)
      return no(
        'ClaimMissing',
        `spec.${end}.directory.claimName: name the PersistentVolumeClaim that holds ${member.path}`,
      );
  }
  return undefined;
}

/** A claim that is mounted over the program, its work folder or the system's own folders would take the job's ground away. */
const RESERVED = ['/app', '/bin', '/dev', '/etc', '/lib', '/lib64', '/proc', '/sbin', '/sys', '/usr', '/work'];

function mountsHideNothing({ policy }: Candidate): Judgement | undefined {
  const { source, destination } = policy.spec;
  for (const [end, path] of [
    ['source', source.directory?.path],
    ['destination', destination.directory?.path],
  ] as const) {
    const taken = RESERVED.find((folder) => path !== undefined && `${path}/`.startsWith(`${folder}/`));
    if (taken)
      return no(
        'PathReserved',
        `spec.${end}.directory.path: ${taken} is the image's own; mount the claim elsewhere, such as /cases`,
      );
  }
  return undefined;
}

function cronJobIsOurs({ policy, cronJob }: Candidate): Judgement | undefined {
  if (!cronJob || isOwnedBy(cronJob, policy)) return undefined;
  return conflict(cronJobName(policy.metadata.name));
}

const conflict = (name?: string): Judgement =>
  no(
    'CronJobConflict',
    `a CronJob${name === undefined ? ' of this name' : ` ${name}`} is there that this policy did not make; rename the policy or delete that CronJob`,
  );

export const isOwnedBy = (cronJob: CronJob, policy: PolicyObject): boolean =>
  cronJob.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === policy.metadata.uid) ??
  false;

/** The spec with every default, of a policy that firstFault accepts. */
export const wholeSpec = (policy: PolicyObject): PolicySpec => policySpecSchema.parse(policy.spec);
