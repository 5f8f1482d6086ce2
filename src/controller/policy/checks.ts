import { type Judgement, judged } from '../../api/conditions.ts';
import { cronJobName, POLICY_LABEL, ROLE_LABEL } from '../../api/kubernetes-names.ts';
import type { PolicySpec } from '../../api/policy.ts';
import { faultSentence, type PolicyFault } from '../../api/policy-faults.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { schedule } from '../schedule/schedule.ts';
import { type CronJob, controllerOf } from '../workloads.ts';
import type { CachedPolicy } from './cached-policy.ts';

/** What became of the CronJob in this round. */
export type Applied =
  | { readonly kind: 'stands' }
  | { readonly kind: 'foreign' }
  /** It stands, but another controller would have it otherwise. */
  | { readonly kind: 'contested'; readonly message: string }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * What can be said about a policy before anything is applied. Each check names one thing that keeps the next run from
 * happening; the first that fails is the reason of Ready=False.
 */
export interface Candidate {
  readonly policy: CachedPolicy;
  /** What stands at the name of the policy's CronJob, whoever made it. */
  readonly standing: CronJob | undefined;
  readonly now: Date;
}

type Check = (spec: PolicySpec, candidate: Candidate) => Judgement | undefined;

const CHECKS: readonly Check[] = [scheduleFires, foldersAreMounted, claimsAreBelow, cronJobIsOurs];

/** Why no CronJob may be made for this policy, or undefined when one may. */
export function firstFault(candidate: Candidate): Judgement | undefined {
  const { readable, faults } = candidate.policy.spec;
  if (faults.length > 0 || !readable) return unread(faults);
  for (const check of CHECKS) {
    const fault = check(readable, candidate);
    if (fault) return fault;
  }
  return undefined;
}

export interface Readiness {
  readonly fault: Judgement | undefined;
  readonly applied: Applied;
  /** What a pod says of a Secret that it waits for. */
  readonly missing: string | undefined;
  /** What the installed CRD does not know. */
  readonly crdGaps: readonly string[];
}

/** The whole verdict: the spec's faults, then what the server said, then what a pod waits for, then what can't be shown. */
export function judgeReady({ fault, applied, missing, crdGaps }: Readiness): Judgement {
  if (fault) return fault;
  if (applied.kind === 'foreign') return conflict();
  if (applied.kind === 'contested') return no(CONTESTED, applied.message);
  if (applied.kind === 'refused') return no('CronJobRefused', `the server refused the CronJob: ${applied.message}`);
  if (missing !== undefined) return no('SecretMissing', `a run can't start: ${missing}`);
  if (crdGaps.length > 0) return judged('True', 'CrdOutdated', `${STANDS}; ${outdated(crdGaps)}`);
  return judged('True', 'Scheduled', STANDS);
}

export const CONTESTED = 'ControllerConflict';
const STANDS = 'accepted; the CronJob stands';
const no = (reason: string, message: string): Judgement => judged('False', reason, message);

/** In Ready, since an older CRD would refuse a condition of a type that it does not know. */
function outdated(gaps: readonly string[]): string {
  const more = gaps.length > NAMED_GAPS ? ` and ${gaps.length - NAMED_GAPS} more` : '';
  const named = gaps.slice(0, NAMED_GAPS).join(', ');
  return `the installed CRD is older than this controller and can't hold ${named}${more}; apply k8s/crds/`;
}

const NAMED_GAPS = 5;

/** The CRD's schema can't tell a real cron field, and an object may be older than a rule, or newer than this release. */
function unread(faults: readonly PolicyFault[]): Judgement {
  const reason = SPEC_REASONS[faults[0]?.field ?? ''] ?? 'InvalidSpec';
  return no(reason, faults.map(faultSentence).join('; '));
}

const SPEC_REASONS: Readonly<Record<string, string>> = {
  'spec.schedule': 'InvalidSchedule',
  'spec.timeZone': 'InvalidTimeZone',
};

function scheduleFires({ schedule: cron, timeZone }: PolicySpec, { now }: Candidate): Judgement | undefined {
  return schedule(cron, timeZone).next(now) ? undefined : no('InvalidSchedule', `spec.schedule: ${cron} never comes`);
}

/** By hand a folder is a folder; in a pod one without a claim would be inside the container, and gone with it. */
function foldersAreMounted({ source, destination }: PolicySpec): Judgement | undefined {
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

/** Anywhere else a claim could bring code into the pod: over the program, a home folder, or /node_modules, where Node looks too. */
const CLAIMS_FOLDER = '/mnt';

function claimsAreBelow({ source, destination }: PolicySpec): Judgement | undefined {
  for (const [end, path] of [
    ['source', source.directory?.path],
    ['destination', destination.directory?.path],
  ] as const) {
    if (path !== undefined && !path.startsWith(`${CLAIMS_FOLDER}/`))
      return no(
        'PathReserved',
        `spec.${end}.directory.path: a claim is mounted below ${CLAIMS_FOLDER} and nowhere else; make it ${CLAIMS_FOLDER}${path}`,
      );
  }
  return undefined;
}

function cronJobIsOurs(_: PolicySpec, { policy, standing }: Candidate): Judgement | undefined {
  if (!standing || isOwnedBy(standing, policy)) return undefined;
  return conflict(cronJobName('backup', policy.metadata.name));
}

const conflict = (name?: string): Judgement =>
  no(
    'CronJobConflict',
    `a CronJob${name === undefined ? ' of this name' : ` ${name}`} is there that this policy did not make; rename the policy or delete that CronJob`,
  );

/**
 * Made by this policy, or by one of its name and left without an owner: by `--cascade=orphan`, a restore, a tool. Like
 * Kubernetes' own controllers we adopt what bears our labels, our hand and nobody's name.
 */
export const isOwnedBy = (cronJob: CronJob, policy: KubeObject): boolean => {
  const { ownerReferences = [], labels = {} } = cronJob.metadata;
  if (ownerReferences.length > 0) return controllerOf(cronJob)?.uid === policy.metadata.uid;
  const isLabelled = labels[POLICY_LABEL] === policy.metadata.name && labels[ROLE_LABEL] === 'backup';
  return isLabelled && cronJob.isOfOurHand === true;
};
