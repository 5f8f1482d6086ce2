import type { RunReport } from '../../src/api/report.ts';
import type { Run } from '../../src/host/run.ts';
import { print, printJson } from './output.ts';
import type { Settings } from './settings.ts';
import { progressLine, summary } from './words.ts';

/** Shows a run while it goes on and when it has ended: to a person, or as JSON lines to whatever collects them. */
export interface RunDisplay {
  follow(run: Run): void;
  end(report: RunReport): void;
}

const TERMINAL_MS = 250;
const LOG_MS = 30_000;

export function showRun({ json, terminal, log }: Settings): RunDisplay {
  let timer: NodeJS.Timeout | undefined;
  const clearLine = '\r\u001b[2K';
  return {
    follow(run) {
      const show = terminal
        ? () =>
            process.stderr.write(`${clearLine}${progressLine(run.progress.snapshot(), process.stderr.columns ?? 0)}`)
        : () => log.info(run.progress.snapshot(), 'progress');
      if (!terminal) log.info({ run: run.runId, policy: run.policyName, slot: run.slot }, 'run started');
      timer = setInterval(show, terminal ? TERMINAL_MS : LOG_MS);
      timer.unref();
    },
    end(report) {
      clearInterval(timer);
      if (terminal) process.stderr.write(clearLine);
      else log[report.exitCode === 0 ? 'info' : 'error']({ report }, `run ended: ${report.result} (${report.reason})`);
      if (json) printJson(report);
      else if (terminal) print(summary(report));
    },
  };
}
