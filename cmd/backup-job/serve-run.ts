import { Gauge, type Registry } from 'prom-client';
import { STAGES } from '../../src/api/report.ts';
import { type HttpServer, serve } from '../../src/host/http.ts';
import type { Log } from '../../src/host/log.ts';
import type { Run } from '../../src/host/run.ts';

/** `/run`, `/metrics` and `/healthz` of a run that goes on. The controller reads /run; Prometheus may scrape the rest. */
export interface RunPages {
  attach(run: Run): void;
  listen(address: string, log: Log): Promise<HttpServer>;
}

export function serveRun(registry: Registry): RunPages {
  let run: Run | undefined;
  const labels = ['policy'] as const;
  const gauge = (name: string, help: string, read: (run: Run) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      collect() {
        if (run) this.set({ policy: run.policyName }, read(run));
      },
    });
  };
  gauge('case_backup_run_start_timestamp_seconds', 'When this run started.', (r) => r.start.getTime() / 1000);
  gauge(
    'case_backup_run_heartbeat_timestamp_seconds',
    'When its work was last seen to move.',
    (r) => Date.parse(r.progress.snapshot().heartbeatTime) / 1000,
  );
  gauge('case_backup_run_files', 'Files done in the current stage.', (r) => r.progress.snapshot().filesDone);
  gauge('case_backup_run_bytes', 'Bytes done in the current stage.', (r) => r.progress.snapshot().bytesDone);
  gauge(
    'case_backup_run_progress_ratio',
    'Done of the current stage, 0 to 1.',
    (r) => (r.progress.snapshot().percent ?? 0) / 100,
  );
  gauge(
    'case_backup_run_stage',
    `Number of the current stage: ${STAGES.map((stage, i) => `${i} ${stage}`).join(', ')}.`,
    (r) => STAGES.indexOf(r.progress.stage),
  );

  return {
    attach(started) {
      run = started;
    },
    listen: (address, log) =>
      serve(
        address,
        {
          '/healthz': async () => ({ type: 'text/plain; charset=utf-8', body: 'ok\n' }),
          '/metrics': async () => ({ type: registry.contentType, body: await registry.metrics() }),
          '/run': async () => ({ type: 'application/json', body: JSON.stringify(run?.progress.snapshot() ?? null) }),
        },
        log,
      ),
  };
}
