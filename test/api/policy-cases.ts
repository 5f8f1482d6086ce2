import { policyOf, type Spec } from '../cli/policy-file.ts';

/** One policy and what its author is told of it, by the job (`backup-job … -f`) and by the API server (`kubectl apply`). */
export interface PolicyCase {
  readonly what: string;
  readonly policy: object;
  /** The job's sentences, after the name of the file; undefined when it takes the policy. */
  readonly job: string | undefined;
  /** The first of the server's sentences that kubectl prints; undefined when it takes the policy. */
  readonly server: string | undefined;
}

export const accepted = (what: string, spec: Spec): PolicyCase => ({
  what,
  policy: policyOf(spec),
  job: undefined,
  server: undefined,
});

export interface Refusal {
  readonly job: string | undefined;
  readonly server: string | undefined;
}

export const refused = (what: string, spec: Spec, { job, server }: Refusal): PolicyCase => ({
  what,
  policy: policyOf(spec),
  job,
  server,
});

export const CREDENTIALS = { credentialsSecretRef: { name: 'dropbox' } };

/** From Dropbox to Dropbox with the default folders; `change` is made to the spec, the others to its two ends. */
export const dropbox = (change: Spec = {}, source: Spec = {}, destination: Spec = {}): Spec => ({
  source: { dropbox: { ...CREDENTIALS, ...source } },
  destination: { dropbox: destination },
  ...change,
});

/** From one folder to another. */
export const folders = (from: string, to: string): Spec => ({
  source: { directory: { path: from } },
  destination: { directory: { path: to } },
});
