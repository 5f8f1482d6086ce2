import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadMigrations, nextMigration, readMigration, unknownVersions } from '../../src/journal/migrations.ts';

const first = readMigration('0001_a.sql', 'SELECT 1;\n');
const second = readMigration('0002_b.sql', 'SELECT 2;\n');

describe('migrations', () => {
  it('are numbered from 1 without a gap', async () => {
    const migrations = await loadMigrations();
    assert.deepEqual(
      migrations.map(({ version }) => version),
      migrations.map((_, i) => i + 1),
    );
    assert.equal(migrations[0]?.name, '0001_backup_logs.sql');
  });

  it('leave transactions to whoever runs them', async () => {
    for (const { name, sql } of await loadMigrations()) assert.doesNotMatch(sql, /^(BEGIN|COMMIT|ROLLBACK);/m, name);
  });

  it('come one after another, and end', () => {
    assert.equal(nextMigration([first, second], []), first);
    assert.equal(nextMigration([first, second], [first]), second);
    assert.equal(nextMigration([first, second], [first, second]), undefined);
  });

  it('fill a gap that a newer version left', () => {
    assert.equal(nextMigration([first, second], [first, { version: 3, checksum: 'x' }]), second);
  });

  it('are refused when one reads differently, even while another is still to apply', () => {
    assert.throws(() => nextMigration([first, second], [{ version: 1, checksum: 'x' }]), {
      code: 'JournalMigrationChanged',
    });
  });

  it('are the same with the line ends of Windows', () => {
    assert.equal(readMigration('0001_a.sql', 'SELECT 1;\r\n').checksum, first.checksum);
  });

  it('of a newer version are known by their numbers', () => {
    assert.deepEqual(unknownVersions([first], [first, second]), [2]);
  });
});
