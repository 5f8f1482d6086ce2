import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { systemClock } from '../../../src/host/clock.ts';
import { Failure } from '../../../src/host/errors.ts';
import { openJournal } from '../../../src/journal/postgres.ts';
import { LEASE_FILE } from '../../../src/repository/names.ts';
import { scenario } from '../scenario.ts';

/** A pod has 30 s between SIGTERM and SIGKILL; the rest is for the process to end. */
const GRACE_SECONDS = 25;

/** The calls for the log of one night: the row that says running, and the one that says how it ended. */
for (const [what, silentFrom, placed] of [
  ['its first row', 1, {}],
  ['its last row', 2, { placed: true as const }],
] as const) {
  const stop = new AbortController();
  let stoppedAt = 0;
  // Accepts connections and never answers, as a server does whose disk hangs.
  const silent = createServer((socket) => {
    socket.unref();
    stoppedAt ||= performance.now();
    stop.abort(new Failure('Terminated', 'stopped by SIGTERM'));
  }).unref();
  let calls = 0;

  scenario(`a run that is stopped while Postgres never answers to ${what} ends within its grace`, {
    row: 33,
    exit: 'terminated',
    reason: 'Terminated',
    ...placed,
    night: {
      signal: stop.signal,
      async openJournal(budgetMs, signal) {
        if (++calls < silentFrom) throw new Error('not yet');
        const { port } = silent.address() as AddressInfo;
        const log = { warn: () => undefined };
        return openJournal(`postgresql://u:p@127.0.0.1:${port}/d`, { clock: systemClock, log, budgetMs, signal });
      },
    },
    async fault() {
      silent.listen(0, '127.0.0.1');
      await once(silent, 'listening');
    },
    async check({ emulator }, report) {
      const seconds = (performance.now() - stoppedAt) / 1000;
      assert.ok(seconds < GRACE_SECONDS, `it took ${seconds} s`);
      assert.match(report.warnings.join(), /LogNotWritten/);
      const lease = JSON.parse((await emulator.tree.read(`/BACKUPS/${LEASE_FILE}`)).toString());
      assert.equal(lease.ttlSeconds, 0, 'the lease was not released');
      silent.close();
    },
  });
}

let leaseOf = async (): Promise<{ readonly ttlSeconds: number }> => ({ ttlSeconds: -1 });
const seenAtLog: number[] = [];
scenario('a run that failed gives its lease back before it waits for Postgres', {
  row: 40,
  exit: 'failed',
  reason: 'DropboxRefused',
  night: {
    async openJournal() {
      seenAtLog.push((await leaseOf()).ttlSeconds);
      throw new Error('never mind');
    },
  },
  fault({ emulator }) {
    leaseOf = async () => JSON.parse((await emulator.tree.read(`/BACKUPS/${LEASE_FILE}`)).toString());
    emulator.faults.add({
      route: 'files/upload_session/start',
      times: Number.POSITIVE_INFINITY,
      effect: { kind: 'refusal', error: 'other' },
    });
  },
  check: () => assert.deepEqual(seenAtLog, [180, 0]),
});
