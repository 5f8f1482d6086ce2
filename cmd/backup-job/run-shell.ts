import type { Registry } from 'prom-client';
import type { RunReport } from '../../src/api/report.ts';
import { endSoon } from '../../src/host/end-process.ts';
import { messageOf } from '../../src/host/errors.ts';
import type { HttpServer } from '../../src/host/http.ts';
import type { Run } from '../../src/host/run.ts';
import { writeTerminationMessage } from '../../src/host/termination-message.ts';
import { serveRun } from './serve-run.ts';
import type { Settings } from './settings.ts';
import { showRun } from './show-run.ts';

export interface RunShell {
  readonly settings: Settings;
  /** `[ADDRESS:]PORT` of /metrics, /run and /healthz; undefined serves nothing. */
  readonly listen: string | undefined;
  readonly registry: Registry;
}

/**
 * What surrounds a run of whatever kind: its pages and progress line while it goes on, then the report to the person, to
 * the kubelet, and as the exit code. `work` tells of the run as soon as there is one, and never throws from then on.
 */
export async function inRunShell(
  { settings, listen, registry }: RunShell,
  work: (onStart: (run: Run) => void) => Promise<RunReport>,
): Promise<void> {
  const display = showRun(settings);
  const page = serveRun(registry);
  let server: HttpServer | undefined;
  try {
    if (listen !== undefined) server = await page.listen(listen, settings.log);
    const report = await work((run) => {
      page.attach(run);
      display.follow(run);
    });
    display.end(report);
    process.exitCode = report.exitCode;
    leaveMessage(settings, report);
    // From here on nothing may hold it: neither a connection that does not close nor a call that does not return.
    endSoon();
  } finally {
    await server?.close();
  }
}

function leaveMessage({ terminationMessagePath, log }: Settings, report: RunReport): void {
  try {
    writeTerminationMessage(terminationMessagePath, report);
  } catch (error) {
    // The run is what it is; without a report the controller will not believe in its success.
    log.error({}, `the termination message could not be written: ${messageOf(error)}`);
  }
}
