import { FAKE_SECRETS } from '../support/fake-secrets.ts';
import { leakWatch } from '../support/leak-watch.ts';
import type { Scene } from './scene.ts';

/** Trust table row 68, of what a scene's nights said and stored: logs at debug level, reports, records, lease, rows. */
export async function secretsShownBy({ emulator, log, reports, database }: Scene): Promise<string[]> {
  const watch = leakWatch({ ...FAKE_SECRETS, ...emulator.credentials });
  watch.see('the log', log.join('\n'));
  watch.see('a report', JSON.stringify(reports));
  for (const path of emulator.tree.files('/BACKUPS')) {
    if (path.endsWith('.json')) watch.see(path, (await emulator.tree.read(path)).toString());
  }
  const rows = await database?.sql('SELECT * FROM backup_logs');
  if (rows) watch.see('backup_logs', JSON.stringify(rows));
  return watch.leaks();
}
