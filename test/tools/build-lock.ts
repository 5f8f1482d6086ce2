import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

/** SQLITE_BUSY (sqlite.org/rescode.html): another connection has the file. */
const BUSY = 5;

/**
 * Does `work` while no other process does it. The lock is SQLite's on a file: the kernel frees it when its holder dies,
 * so nobody has to judge whether a lock is stale.
 */
export async function withBuildLock(folder: string, name: string, work: () => Promise<void>): Promise<void> {
  const database = new DatabaseSync(join(folder, `${name}.lock`));
  try {
    for (let waited = 0; !lock(database); waited++) {
      if (waited % 5 === 0) process.stderr.write(`the test ${name} is being built by another process, waiting\n`);
      await delay(1_000);
    }
    await work();
  } finally {
    database.close();
  }
}

function lock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) return false;
    throw error;
  }
}
