import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Preloaded into every test process by test/run.ts. What the file leaves behind can be found, and belongs to it. When its
 * time is up it ends, with its children (own-children.ts): node's own limit is one of each test, and a file whose tests
 * have ended while a server or a child of theirs has not would be waited for without end.
 */
const LONGEST_MS = 20 * 60_000;
setTimeout(() => {
  console.error(`the test file did not end within ${LONGEST_MS / 60_000} minutes`);
  process.exit(1);
}, LONGEST_MS).unref();

const parent = process.env['CASE_BACKUP_TESTS_TMP'];
const file = process.argv[1];
if (parent && file) {
  const path = relative(join(import.meta.dirname, '..'), file);
  const own = join(parent, path.replaceAll('/', '__'));
  mkdirSync(own, { recursive: true, mode: 0o755 });
  process.env['TMPDIR'] = own;
}
