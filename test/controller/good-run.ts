import type { PolicyStatus } from '../../src/api/status.ts';
import { exits, OWN_SLOT, runs } from '../cluster/pod-acts.ts';
import { aReport } from './a-report.ts';
import type { Office } from './operator.ts';

/** A run of `nightly` by hand, whose pod ends well; the status once it says so. */
export async function goodRun(office: Office, job: string): Promise<PolicyStatus> {
  await office.runByHand('nightly', job);
  const pod = await office.kubelet.pod({ job });
  await office.kubelet.act(pod, runs());
  await office.kubelet.act(pod, exits(0, JSON.stringify(aReport(OWN_SLOT))));
  const is = ({ lastRun }: PolicyStatus): boolean => lastRun?.jobName === job && lastRun.result === 'Succeeded';
  return await office.untilStatus('nightly', `the end of ${job}`, is);
}
