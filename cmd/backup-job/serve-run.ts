import { Gauge, type Registry } from 'prom-client';
import { STAGES } from '../../src/api/report.ts';
import type { Night } from '../../src/backup/night.ts';
import { type HttpServer, serve } from '../../src/host/http.ts';
import type { Log } from '../../src/host/log.ts';

/** `/run`, `/metrics` and `/healthz` of a run that goes on. The controller reads /run; Prometheus may scrape the rest. */
export interface RunPages {
  attach(night: Night): void;
  listen(address: string, log: Log): Promise<HttpServer>;
}

export function serveRun(registry: Registry): RunPages {
  let night: Night | undefined;
  const labels = ['policy'] as const;
  const gauge = (name: string, help: string, read: (night: Night) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      collect() {
        if (night) this.set({ policy: night.policy.metadata.name }, read(night));
      },
    });
  };
  gauge('case_backup_run_start_timestamp_seconds', 'When this run started.', (n) => n.start.getTime() / 1000);
  gauge(
    'case_backup_run_heartbeat_timestamp_seconds',
    'When its work was last seen to move.',
    (n) => Date.parse(n.progress.snapshot().heartbeatTime) / 1000,
  );
  gauge('case_backup_run_files', 'Files done in the current stage.', (n) => n.progress.snapshot().filesDone);
  gauge('case_backup_run_bytes', 'Bytes done in the current stage.', (n) => n.progress.snapshot().bytesDone);
  gauge(
    'case_backup_run_progress_ratio',
    'Done of the current stage, 0 to 1.',
    (n) => (n.progress.snapshot().percent ?? 0) / 100,
  );
  gauge(
    'case_backup_run_stage',
    `Number of the current stage: ${STAGES.map((stage, i) => `${i} ${stage}`).join(', ')}.`,
    (n) => STAGES.indexOf(n.progress.stage),
  );

  return {
    attach(started) {
      night = started;
    },
    listen: (address, log) =>
      serve(
        address,
        {
          '/healthz': async () => ({ type: 'text/plain; charset=utf-8', body: 'ok\n' }),
          '/metrics': async () => ({ type: registry.contentType, body: await registry.metrics() }),
          '/run': async () => ({ type: 'application/json', body: JSON.stringify(night?.progress.snapshot() ?? null) }),
        },
        log,
      ),
  };
}
