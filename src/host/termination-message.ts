import { writeFileSync } from 'node:fs';
import { fitReport } from '../api/fit-report.ts';
import type { RunReport } from '../api/report.ts';

/**
 * Leaves the report where the kubelet picks it up. The path comes from the pod (the container's terminationMessagePath);
 * by hand there is none. On this thread, since calls into a dead file system may hold all that libuv has for files.
 */
export function writeTerminationMessage(path: string | undefined, report: RunReport): void {
  if (path) writeFileSync(path, fitReport(report));
}
