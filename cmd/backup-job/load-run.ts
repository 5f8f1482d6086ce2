import { setImmediate as turnOfTheLoop } from 'node:timers/promises';

/**
 * What a run is made of, loaded while its stores' first connections are on their way. A module that loads keeps the
 * thread, and a handshake needs a turn of the loop for each message: so there is one after each part.
 */
export async function loadRun() {
  const { openJournal } = await import('../../src/journal/postgres.ts');
  await turnOfTheLoop();
  await import('../../src/repository/inventory.ts');
  await turnOfTheLoop();
  const { runInTime } = await import('../../src/backup/run-in-time.ts');
  await turnOfTheLoop();
  return { openJournal, runInTime };
}
