import { aPolicy } from '../../test/controller/a-policy.ts';
import { POLICY, SPARE } from './offices.ts';

/** Something that a person may want to do in a namespace: the right that it takes, and the command that does it. */
export interface Deed {
  readonly what: string;
  readonly verb: string;
  readonly resource: string;
  readonly command: readonly string[];
  /** For its stdin. */
  readonly input?: string;
}

const merge = (change: object): string[] => ['--type=merge', '-p', JSON.stringify(change)];
const policies = 'casebackuppolicies.casebackup.io';

/** What they are done to is there in every office, so that nothing but a right that is missing is in the way. */
export const DEEDS: readonly Deed[] = [
  { what: 'see the policy', verb: 'get', resource: policies, command: ['get', 'cbp', POLICY] },
  { what: 'list policies', verb: 'list', resource: policies, command: ['get', 'cbp'] },
  {
    what: 'make a policy',
    verb: 'create',
    resource: policies,
    command: ['create', '-f', '-'],
    input: JSON.stringify(aPolicy('another', { suspend: true })),
  },
  {
    what: 'change a policy',
    verb: 'patch',
    resource: policies,
    command: ['patch', 'cbp', POLICY, ...merge({ spec: { staleAfterSeconds: 7200 } })],
  },
  {
    what: 'delete a policy',
    verb: 'delete',
    resource: policies,
    // An API server that is slow to answer is asked again, when it is gone already.
    command: ['delete', 'cbp', SPARE, '--wait=false', '--ignore-not-found'],
  },
  { what: 'see what runs', verb: 'list', resource: 'pods', command: ['get', 'pods'] },
  { what: 'read the credentials', verb: 'get', resource: 'secrets', command: ['get', 'secret', 'dropbox'] },
  {
    what: 'change the CronJob',
    verb: 'patch',
    resource: 'cronjobs.batch',
    command: ['patch', 'cronjob', `case-backup-${POLICY}`, ...merge({ metadata: { annotations: { touched: 'yes' } } })],
  },
  {
    what: 'start a run',
    verb: 'create',
    resource: 'jobs.batch',
    command: ['create', 'job', 'by-hand', `--from=cronjob/case-backup-${POLICY}`],
  },
];

/** What nobody but the controller may: the status is where it stands that a backup is good. */
export const SAY_IT_IS_GOOD: Deed = {
  what: 'say that the backup is good',
  verb: 'patch',
  resource: `${policies}/status`,
  command: ['patch', 'cbp', POLICY, '--subresource=status', ...merge({ status: { consecutiveFailures: 0 } })],
};
