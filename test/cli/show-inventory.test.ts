import assert from 'node:assert/strict';
import { copyFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inventoryJson, inventoryTable } from '../../cmd/backup-job/show-inventory.ts';
import { takeInventory } from '../../src/repository/inventory.ts';
import { seriesOf } from '../../src/repository/series.ts';
import { never, openDesk } from '../whole/in-process.ts';

test('list tells of each backup what proves it, and of what is gone', async () => {
  using desk = openDesk();
  const { source, destination } = desk;
  const show = async (): Promise<string[]> =>
    inventoryTable(await takeInventory(destination, never), destination, seriesOf(desk.policy, [])).split('\n');
  assert.deepEqual(await show(), [`no backups in ${destination.locate('')}`, '']);

  writeFileSync(join(source, 'letter.txt'), 'Dear Smith');
  symlinkSync('letter.txt', join(source, 'link'));
  const { result, backup } = await desk.backUp();
  assert.equal(result, 'Incomplete');
  assert.ok(backup);
  const name = backup.path.slice(destination.locate('').length + 1);
  copyFileSync(backup.path, destination.locate('2026-01-04_backup.zip'));
  const [head, unproven, incomplete, count, note] = await show();
  assert.match(head ?? '', /^NAME +STATUS +SIZE +CASES +FILES +READ +POLICY$/);
  assert.match(unproven ?? '', /^2026-01-04_backup\.zip +unproven +[\d.]+ KiB$/);
  assert.match(
    incomplete ?? '',
    new RegExp(`^${name} +incomplete +[\\d.]+ KiB +0 cases +1 file +\\d{4}-\\d\\d-\\d\\d +nightly$`),
  );
  assert.match(count ?? '', /^2 backups in /);
  assert.match(note ?? '', /^unproven: /);

  writeFileSync(backup.path, 'edited');
  assert.match((await show()).find((line) => line.startsWith(name)) ?? '', / altered +6 B /);

  rmSync(backup.path);
  const lines = await show();
  assert.ok(
    lines.some((line) => new RegExp(`^${name}  LOST +nightly$`).test(line)),
    lines.join('\n'),
  );
  assert.match(lines.find((line) => line.startsWith('LOST: ')) ?? '', /retention did not delete it/);
  const json = inventoryJson(await takeInventory(destination, never), destination, seriesOf(desk.policy, [])) as {
    lost: { path: string }[];
  };
  assert.deepEqual(
    json.lost.map(({ path }) => path),
    [backup.path],
  );
});
