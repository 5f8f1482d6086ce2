import { Counter, Gauge, type Registry } from 'prom-client';
import type { DropboxEvents } from '../../src/store/dropbox/api/account.ts';

/** Counts what a run asks of Dropbox, how long it waits to ask again, and shows how often it may ask. */
export function dropboxCounters(registry: Registry, policy: string): DropboxEvents {
  const registers = [registry];
  const requests = new Counter({
    name: 'case_backup_dropbox_requests_total',
    help: 'Requests to Dropbox by route and HTTP status; "fault" where there was no answer.',
    labelNames: ['policy', 'route', 'code'],
    registers,
  });
  const waits = new Counter({
    name: 'case_backup_dropbox_retry_wait_seconds_total',
    help: 'Seconds waited before asking Dropbox again, by reason; of all calls that wait side by side together.',
    labelNames: ['policy', 'reason'],
    registers,
  });
  const pace = new Gauge({
    name: 'case_backup_dropbox_calls_per_second_limit',
    help: 'Calls a second that go out at most, as found since Dropbox refused some; 0 while it refuses none.',
    labelNames: ['policy'],
    registers,
  });
  pace.set({ policy }, 0);
  return {
    request: (route, outcome) => requests.inc({ policy, route, code: String(outcome) }),
    wait: (reason, ms) => waits.inc({ policy, reason }, ms / 1000),
    pace: (perSecond) => pace.set({ policy }, perSecond ?? 0),
  };
}
