import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Preloaded into every test process by test/run.ts: what the file leaves behind can be found, and belongs to it. */
const parent = process.env['CASE_BACKUP_TESTS_TMP'];
const file = process.argv[1];
if (parent && file) {
  const path = relative(join(import.meta.dirname, '..'), file);
  const own = join(parent, path.replaceAll('/', '__'));
  mkdirSync(own, { recursive: true, mode: 0o755 });
  process.env['TMPDIR'] = own;
}
