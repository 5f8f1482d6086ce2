import { writeFile } from 'node:fs/promises';
import { fitReport } from '../api/fit-report.ts';
import type { RunReport } from '../api/report.ts';

/**
 * Leaves the report where the kubelet picks it up. The path comes from the pod (the container's terminationMessagePath);
 * by hand there is none.
 */
export async function writeTerminationMessage(path: string | undefined, report: RunReport): Promise<void> {
  if (path) await writeFile(path, fitReport(report));
}
