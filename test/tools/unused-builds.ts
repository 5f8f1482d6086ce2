import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** As go-build.ts names what it has built: by a hash of what it was made from. */
const BUILD = /^[\w.-]+-[0-9a-f]{16}(\.\d+\.unfinished)?$/;
const UNUSED_FOR_MS = 30 * 24 * 3_600_000;

/** Removes builds (10 to 100 MB each) that no test run has used for a month. */
export function removeUnused(cache: string, now = Date.now()): void {
  for (const name of readdirSync(cache).filter((name) => BUILD.test(name))) {
    const path = join(cache, name);
    const used = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (now - used > UNUSED_FOR_MS) rmSync(path, { force: true });
  }
}
