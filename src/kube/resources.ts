import { GROUP, KIND, VERSION } from '../api/policy.ts';
import type { Resource } from './objects.ts';

/** Every resource that the controller touches. Secrets are not among them, and never will be. */
export const POLICIES: Resource = { group: GROUP, version: VERSION, plural: 'casebackuppolicies', kind: KIND };
export const CRON_JOBS: Resource = { group: 'batch', version: 'v1', plural: 'cronjobs', kind: 'CronJob' };
export const JOBS: Resource = { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job' };
export const PODS: Resource = { group: '', version: 'v1', plural: 'pods', kind: 'Pod' };
export const LEASES: Resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', kind: 'Lease' };
export const EVENTS: Resource = { group: 'events.k8s.io', version: 'v1', plural: 'events', kind: 'Event' };
