/** A Job of one container that never restarts; the spec can be changed and added to. */
export function aJob(name: string, spec: Readonly<Record<string, unknown>> = {}): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: {
      backoffLimit: 0,
      template: {
        spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'example.org/job:1' }] },
      },
      ...spec,
    },
  };
}

export interface JobStatus {
  readonly status: {
    readonly active?: number;
    readonly failed?: number;
    readonly succeeded?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  };
}

/** The reason of a condition that holds, or undefined. */
export const reasonOf = (job: JobStatus, type: string): string | undefined =>
  job.status.conditions?.find((condition) => condition.type === type && condition.status === 'True')?.reason;
