import type { KubeObject } from '../../src/kube/objects.ts';

export interface TestCronJob extends KubeObject {
  readonly spec: { readonly schedule: string; readonly suspend?: boolean; readonly jobTemplate: object };
  readonly status?: { readonly lastScheduleTime?: string };
}

export function aCronJob(namespace: string, name: string, spec: object = {}): TestCronJob {
  const container = { name: 'backup', image: 'none.invalid/none' };
  const template = { spec: { restartPolicy: 'Never', containers: [container] } };
  return {
    metadata: { name, namespace, labels: { app: 'test' } },
    spec: { schedule: '0 3 * * *', suspend: true, jobTemplate: { spec: { template } }, ...spec },
  };
}
