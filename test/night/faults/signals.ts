import assert from 'node:assert/strict';
import { Failure } from '../../../src/host/errors.ts';
import { LEASE_FILE } from '../../../src/repository/names.ts';
import { scenario } from '../scenario.ts';
import type { Scene } from '../scene.ts';

const DAY_MS = 86_400_000;
const stopIt = (stop: AbortController): void => stop.abort(new Failure('Terminated', 'stopped by SIGTERM'));

for (const [stage, route] of [
  ['listing', 'files/list_folder'],
  ['archiving', 'files/upload_session/append_v2'],
  ['verifying', 'files/get_metadata'],
  ['committing', 'files/move_v2'],
] as const) {
  const stop = new AbortController();
  scenario(`a run that is stopped while ${stage} says so and leaves nothing`, {
    row: 33,
    exit: 'terminated',
    reason: 'Terminated',
    night: { signal: stop.signal },
    fault({ emulator }) {
      let uploaded = false;
      return emulator.faults.onRequest(({ route: seen }) => {
        if (seen === 'files/upload_session/finish') uploaded = true;
        if (seen !== route || (stage === 'verifying' && !uploaded)) return;
        stopIt(stop);
      });
    },
    check: (_, report) => assert.equal(report.result, 'Interrupted'),
  });
}

/** Two backups have expired when the third night comes to its end. */
const EXPIRING = { retention: { keepDays: 1, minimumBackups: 1, maxDeletionsPerRun: 10 } } as const;

async function makeExpiring(scene: Scene): Promise<void> {
  for (let night = 0; night < 2; night++) {
    assert.equal((await scene.night()).result, 'Succeeded');
    scene.clock.advance(DAY_MS);
  }
}

const duringDelete = new AbortController();
scenario(
  'a run that is stopped while it deletes an expired backup does not end with 0, though its own backup is good',
  {
    row: 33,
    exit: 'terminated',
    reason: 'Terminated',
    placed: true,
    prunes: true,
    night: { signal: duringDelete.signal, spec: EXPIRING },
    async fault(scene) {
      await makeExpiring(scene);
      return scene.emulator.faults.onRequest(({ route, paths }) => {
        if (route === 'files/delete_v2' && paths.some((path) => path.endsWith('_backup.zip'))) stopIt(duringDelete);
      });
    },
    check: (_, report) => assert.equal(report.result, 'Interrupted'),
  },
);

const atTheEnd = new AbortController();
scenario('a run that is stopped when nothing is left to do does not end with 0 either', {
  row: 34,
  exit: 'terminated',
  reason: 'Terminated',
  placed: true,
  night: {
    signal: atTheEnd.signal,
    wrapDestination: (destination) => ({
      ...destination,
      async put(path, bytes, expect, signal) {
        const entry = await destination.put(path, bytes, expect, signal);
        if (path === LEASE_FILE && JSON.parse(bytes.toString()).ttlSeconds === 0) stopIt(atTheEnd);
        return entry;
      },
    }),
  },
  fault: () => undefined,
  check: (_, report) => assert.equal(report.result, 'Interrupted'),
});
