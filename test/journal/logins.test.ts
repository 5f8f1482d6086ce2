import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { loadMigrations } from '../../src/journal/migrations.ts';
import { openJournal } from '../../src/journal/postgres.ts';
import { startPostgres15 } from '../support/postgres.ts';
import { type Database, openDatabase } from './database.ts';
import { fakeClock } from './fake-clock.ts';
import { completedRow, runningRow } from './rows.ts';

const nothing = async (): Promise<void> => undefined;

describe('logins of a real server', () => {
  let db: Database;
  before(async () => {
    db = await openDatabase(startPostgres15);
  });
  after(() => db.close());
  beforeEach(() => db.reset());

  it('a plain writer logs runs in a database that its owner has migrated', async () => {
    await db.install();
    const unfinished = await db.withJournal('writer_a', async (journal) => {
      await journal.write(runningRow('run-1'));
      await journal.write(completedRow('run-1'));
      return journal.unfinished(['run-1', 'run-2']);
    });
    assert.deepEqual(unfinished, ['run-2']);
    const { rows } = await db.sql('SELECT run_id, status, written_by FROM backup_logs');
    assert.deepEqual(rows, [{ run_id: 'run-1', status: 'completed', written_by: 'writer_a' }]);
  });

  it('a login that may create nothing is told what the owner must run', async () => {
    await assert.rejects(db.withJournal('writer_a', nothing), {
      code: 'JournalSchemaMissing',
      message: /there is no table backup_logs$/,
      hint: /psql "\$URL" .*-f/,
    });
  });

  it("a login that finds somebody else's old table is told what it lacks", async () => {
    await db.sql('CREATE TABLE backup_logs (id UUID, status TEXT)');
    await assert.rejects(db.withJournal('app_owner', nothing), {
      code: 'JournalSchemaMissing',
      message: /lacks run_id/,
    });
  });

  it('a writer that comes before the newest files is told which column is missing', async () => {
    for (const { version, sql } of await loadMigrations()) if (version < 4) await db.as('app_owner', sql);
    await db.sql('GRANT case_backup_writer TO writer_a');
    await assert.rejects(db.withJournal('writer_a', nothing), {
      code: 'JournalSchemaMissing',
      message: /missing or too old: backup_logs lacks storage$/,
      hint: /psql "\$URL" .*-f/,
    });
  });

  it('a stranger is told which grant is missing', async () => {
    await db.install();
    await assert.rejects(db.withJournal('stranger', nothing), {
      code: 'JournalNotPermitted',
      hint: /GRANT case_backup_writer TO stranger;/,
    });
  });

  it('a writer refuses a table that shows its rows to everybody', async () => {
    await db.install();
    await db.sql('ALTER TABLE backup_logs NO FORCE ROW LEVEL SECURITY');
    await assert.rejects(db.withJournal('writer_a', nothing), {
      code: 'JournalSchemaMissing',
      message: /row level security/,
    });
  });

  it('six starters at once migrate an empty database once, however the race goes', async () => {
    for (let round = 0; round < 8; round++) {
      await db.reset();
      await Promise.all(Array.from({ length: 6 }, () => db.withJournal('app_owner', nothing)));
      const { rows } = await db.sql('SELECT version FROM case_backup_migrations ORDER BY version');
      assert.deepEqual(
        rows.map((row) => row.version),
        (await loadMigrations()).map(({ version }) => version),
      );
    }
  });

  it('three databases of one server that migrate at once share their roles', async () => {
    await db.forgetRoles();
    const names = ['office_a', 'office_b', 'office_c'];
    for (const name of names) await db.sql(`CREATE DATABASE ${name} OWNER app_owner`);
    const options = { clock: fakeClock(), log: { warn: () => undefined } };
    const journals = await Promise.all(names.map((name) => openJournal(db.server.url('app_owner', name), options)));
    const left = await Promise.all(
      journals.map(async (journal) => {
        await journal.write(completedRow('run-1'));
        return journal.unfinished(['run-1']);
      }),
    );
    assert.deepEqual(left, [[], [], []]);
    for (const journal of journals) await journal.close();
    for (const name of names) await db.sql(`DROP DATABASE ${name}`);
  });

  it('writers of the same run at the same time leave one finished row', async () => {
    await db.install();
    const rows = [runningRow('run-1'), completedRow('run-1'), runningRow('run-1'), completedRow('run-1')];
    await Promise.all(rows.map((row) => db.withJournal('writer_a', (journal) => journal.write(row))));
    const stored = await db.sql('SELECT status FROM backup_logs');
    assert.deepEqual(stored.rows, [{ status: 'completed' }]);
  });

  it('calls of one journal at the same time do not drag each other down', async () => {
    await db.install();
    await db.withJournal('writer_b', (journal) => journal.write(runningRow('theirs')));
    const ids = ['run-1', 'theirs', 'run-2'];
    const outcomes = await db.withJournal('writer_a', (journal) =>
      Promise.allSettled(ids.map((id) => journal.write(completedRow(id)))),
    );
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    const stored = await db.sql(`SELECT run_id FROM backup_logs WHERE status = 'completed' ORDER BY 1`);
    assert.deepEqual(stored.rows, [{ run_id: 'run-1' }, { run_id: 'run-2' }]);
  });

  it('no connection stays behind, neither after a row that was refused nor after the end', async () => {
    await db.install();
    await db.withJournal('writer_b', (journal) => journal.write(runningRow('theirs')));
    const open = `SELECT count(*)::int AS open FROM pg_stat_activity WHERE application_name = 'case-backup'`;
    await db.withJournal('writer_a', async (journal) => {
      assert.deepEqual((await db.sql(open)).rows, [{ open: 1 }]);
      await assert.rejects(journal.write(completedRow('theirs')), { code: 'LogNotWritten' });
      assert.deepEqual((await db.sql(open)).rows, [{ open: 0 }]);
      await journal.write(completedRow('run-1'));
    });
    assert.deepEqual((await db.sql(open)).rows, [{ open: 0 }]);
  });

  it('a transaction pooler finds nothing that it refuses or that outlives a transaction', async () => {
    await db.install();
    const { url, sent, close } = await listenIn(db.server.url('writer_a'));
    const journal = await openJournal(url, { clock: fakeClock(), log: { warn: () => undefined } });
    await journal.write(completedRow('run-1'));
    await journal.close();
    const { startup, statements } = readTraffic(sent());
    await close();
    // PgBouncer knows these four and refuses any other it was not told to ignore.
    assert.deepEqual(startup.sort(), ['application_name', 'client_encoding', 'database', 'user']);
    assert.ok(statements.length > 4);
    for (const { name, text } of statements) {
      assert.equal(name, '');
      assert.doesNotMatch(text, /(^|; *)SET (?!LOCAL )|pg_advisory_lock|\b(LISTEN|PREPARE|TEMP)\b/);
    }
  });
});

/** A relay in front of a server that keeps what its first client sends. */
async function listenIn(target: string): Promise<{ url: string; sent: () => Buffer; close: () => Promise<void> }> {
  const chunks: Buffer[] = [];
  const { port } = new URL(target);
  const relay = createServer((client) => {
    const upstream = connect(Number(port), '127.0.0.1');
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    client.pipe(upstream).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const address = relay.address();
  assert.ok(address !== null && typeof address === 'object');
  return {
    url: target.replace(`:${port}/`, `:${address.port}/`),
    sent: () => Buffer.concat(chunks),
    async close() {
      relay.close();
      await once(relay, 'close');
    },
  };
}

/** The names of the startup packet, then what each Query (Q) and Parse (P) message says. https://www.postgresql.org/docs/current/protocol-message-formats.html */
function readTraffic(bytes: Buffer): { startup: string[]; statements: { name: string; text: string }[] } {
  const statements: { name: string; text: string }[] = [];
  let at = bytes.readInt32BE(0);
  const startup = stringsOf(bytes.subarray(8, at)).filter((text, i) => text !== '' && i % 2 === 0);
  while (at < bytes.length) {
    const type = String.fromCharCode(bytes[at] ?? 0);
    const end = at + 1 + bytes.readInt32BE(at + 1);
    const [first = '', second = ''] = stringsOf(bytes.subarray(at + 5, end));
    if (type === 'Q') statements.push({ name: '', text: first });
    if (type === 'P') statements.push({ name: first, text: second });
    at = end;
  }
  return { startup, statements };
}

function stringsOf(bytes: Buffer): string[] {
  return bytes.toString('latin1').split('\0');
}
