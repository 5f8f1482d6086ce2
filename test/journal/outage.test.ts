import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { inspect, promisify } from 'node:util';
import { Client } from 'pg';
import { messageOf } from '../../src/host/errors.ts';
import { openJournal } from '../../src/journal/postgres.ts';
import { runSql, startPostgres15, TEST_PASSWORD, type TestServer } from '../support/postgres.ts';
import { fakeClock } from './fake-clock.ts';
import { completedRow, runningRow } from './rows.ts';

const log = { warn: () => undefined };
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('the log while Postgres has an outage', () => {
  let server: TestServer;
  before(async () => {
    server = await startPostgres15();
    for (const login of ['writer_a', 'tls_only']) await sql(`CREATE ROLE ${login} LOGIN PASSWORD '${TEST_PASSWORD}'`);
  });
  after(() => server.close());

  const sql = (text: string): Promise<Record<string, unknown>[]> => runSql(server.url(), text);
  const statuses = async (): Promise<unknown[]> =>
    (await sql('SELECT status FROM backup_logs ORDER BY run_id')).map((row) => row['status']);
  beforeEach(() => sql('DROP TABLE IF EXISTS backup_logs, case_backup_migrations CASCADE'));

  const migrated = async (): Promise<void> => {
    const journal = await openJournal(server.url(), { clock: fakeClock(), log });
    await journal.close();
  };

  it('opens once a server that was down comes up', async () => {
    await server.stop();
    const clock = fakeClock(() => (clock.waits.length === 3 ? server.start() : undefined));
    const journal = await openJournal(server.url(), { clock, log });
    await journal.write(completedRow('run-1'));
    await journal.close();
    assert.deepEqual(clock.waits, [500, 1000, 2000]);
    assert.deepEqual(await statuses(), ['completed']);
  });

  it('gives up on a server that stays down after about a minute of growing waits', async () => {
    await server.stop();
    const clock = fakeClock();
    try {
      await assert.rejects(openJournal(server.url(), { clock, log }), {
        code: 'JournalUnavailable',
        message: /^Postgres at 127\.0\.0\.1:\d+ can't be used: ECONNREFUSED$/,
      });
    } finally {
      await server.start();
    }
    assert.ok(sum(clock.waits) <= 60_000 && sum(clock.waits) > 40_000, `${clock.waits}`);
    assert.deepEqual(
      clock.waits,
      clock.waits.toSorted((a, b) => a - b),
    );
  });

  it('writes on after the server was replaced between two calls', async () => {
    const clock = fakeClock(() => (clock.waits.length === 1 ? server.start() : undefined));
    const journal = await openJournal(server.url(), { clock, log });
    await journal.write(runningRow('run-1'));
    await server.stop();
    await journal.write(completedRow('run-1'));
    await journal.close();
    assert.deepEqual(await statuses(), ['completed']);
  });

  it('writes on after the server broke off in the middle of a transaction', async () => {
    const clock = fakeClock();
    const journal = await openJournal(server.url(), { clock, log });
    await sql(`CREATE SEQUENCE attempts;
      CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('attempts') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER break_off AFTER INSERT ON backup_logs FOR EACH ROW EXECUTE FUNCTION break_off()`);
    await journal.write(completedRow('run-1'));
    await journal.close();
    assert.deepEqual(clock.waits, [500]);
    assert.deepEqual(await statuses(), ['completed']);
  });

  it('waits out a read-only server, as during a failover', async () => {
    await migrated();
    const heal = async (): Promise<void> => {
      await sql('SET transaction_read_only = off; ALTER ROLE postgres RESET default_transaction_read_only');
    };
    const clock = fakeClock(() => (clock.waits.length === 2 ? heal() : undefined));
    await sql('ALTER ROLE postgres SET default_transaction_read_only = on');
    const journal = await openJournal(server.url(), { clock, log });
    await journal.write(completedRow('run-1'));
    await journal.close();
    assert.deepEqual(clock.waits, [500, 1000]);
    assert.deepEqual(await statuses(), ['completed']);
  });

  it('says that a server which stays read-only is read-only', async () => {
    const url = `${server.url()}?options=-c%20default_transaction_read_only%3Don`;
    await assert.rejects(openJournal(url, { clock: fakeClock(), log }), {
      code: 'JournalUnavailable',
      message: /it is read-only \(25006\)$/,
    });
  });

  it('waits until there is a free connection', async () => {
    await migrated();
    await sql('GRANT case_backup_writer TO writer_a; ALTER ROLE writer_a CONNECTION LIMIT 0');
    const heal = async (): Promise<void> => {
      await sql('ALTER ROLE writer_a CONNECTION LIMIT -1');
    };
    const clock = fakeClock(() => (clock.waits.length === 1 ? heal() : undefined));
    const journal = await openJournal(server.url('writer_a'), { clock, log });
    assert.deepEqual(await journal.unfinished(['run-1']), ['run-1']);
    await journal.close();
  });

  it('breaks off a statement that takes too long, tries again and then says so', async () => {
    await migrated();
    const clock = fakeClock();
    const journal = await openJournal(server.url(), { clock, log, timeoutMs: 150 });
    const blocker = new Client({ connectionString: server.url() });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE backup_logs');
    await assert.rejects(journal.write(completedRow('run-1')), {
      code: 'JournalUnavailable',
      message: /it answers too slowly$/,
    });
    await blocker.end();
    assert.ok(sum(clock.waits) <= 60_000);
    await journal.write(completedRow('run-1'));
    await journal.close();
    assert.deepEqual(await statuses(), ['completed']);
  });

  it('waits once for all calls of a journal, not for each of them', async () => {
    await migrated();
    const clock = fakeClock();
    const journal = await openJournal(server.url(), { clock, log, timeoutMs: 150 });
    const blocker = new Client({ connectionString: server.url() });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE backup_logs IN SHARE MODE');
    for (const run of ['run-1', 'run-2', 'run-3'])
      await assert.rejects(journal.write(completedRow(run)), { code: 'JournalUnavailable' });
    await blocker.end();
    await journal.close();
    assert.ok(sum(clock.waits) <= 60_000, `${clock.waits}`);
  });

  it('says what it waits for from the first wait on, and that it goes on', async () => {
    await migrated();
    await server.stop();
    const told: string[] = [];
    const waits = {
      begin: (wait: { for: string; since: Date; until?: Date | undefined }) =>
        void told.push(`${wait.for}, until ${wait.until?.toISOString()}`),
      goesOn: () => void told.push('goes on'),
    };
    const clock = fakeClock(() => (clock.waits.length === 2 ? server.start() : undefined));
    const journal = await openJournal(server.url(), { clock, log, waits });
    await journal.close();
    assert.match(
      told[0] ?? '',
      /^Postgres at 127\.0\.0\.1:\d+ can't be used: ECONNREFUSED, until 2026-11-23T03:01:00.000Z$/,
    );
    assert.equal(told[2], 'goes on');
  });

  it('gives up on something that accepts the connection and hangs up', async () => {
    const hangUp = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(hangUp, 'listening');
    const address = hangUp.address();
    assert.ok(address !== null && typeof address === 'object');
    const url = server.url().replace(/:\d+\/postgres$/, `:${address.port}/postgres`);
    await assert.rejects(openJournal(url, { clock: fakeClock(), log }), { code: 'JournalUnavailable' });
    hangUp.close();
  });

  for (const [what, url, code] of [
    ['a wrong password', () => server.url('writer_a').replace(/@(?=127)/, 'x@'), 'JournalCredentials'],
    ['an unknown database', () => server.url('writer_a', 'elsewhere'), 'JournalDatabaseMissing'],
    ['a login that must come with TLS', () => server.url('tls_only'), 'JournalTlsRequired'],
    ['a certificate that nobody vouches for', () => `${server.url()}?sslmode=verify-full`, 'JournalTlsUntrusted'],
    ['a certificate file that is not there', () => `${server.url()}?sslrootcert=/nowhere/ca.pem`, 'JournalUrlInvalid'],
  ] as const) {
    it(`names ${what} at once, without the password or the URL`, async () => {
      const clock = fakeClock();
      await assert.rejects(openJournal(url(), { clock, log }), (error: Error & { code?: string; hint?: string }) => {
        assert.equal(error.code, code);
        const shown = `${messageOf(error)} ${error.hint} ${inspect(error, { depth: 9, showHidden: true })}`;
        for (const secret of [TEST_PASSWORD, encodeURIComponent(TEST_PASSWORD), url()])
          assert.ok(!shown.includes(secret));
        return true;
      });
      assert.deepEqual(clock.waits, []);
    });
  }

  it('trusts with sslrootcert=system what the machine trusts, and nothing else', async () => {
    await migrated();
    await sql('GRANT case_backup_writer TO tls_only');
    const script = `
      const { openJournal } = await import(process.argv[1]);
      const { systemClock } = await import(process.argv[2]);
      const journal = await openJournal(process.argv[3], { clock: systemClock, log: console });
      console.log(await journal.unfinished(['run-1']));
      await journal.close();`;
    const modules = ['../../src/journal/postgres.ts', '../../src/host/clock.ts'].map(
      (path) => new URL(path, import.meta.url).href,
    );
    const url = `${server.url('tls_only')}?sslrootcert=system&channel_binding=prefer`;
    const args = ['--input-type=module', '-e', script, ...modules, url];
    const opened = (env: NodeJS.ProcessEnv): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, args, { env: { PATH: process.env['PATH'], ...env } });
    assert.match((await opened({ SSL_CERT_FILE: server.certificate })).stdout, /run-1/);
    await assert.rejects(opened({}), /JournalTlsUntrusted/);
  });

  for (const [what, query] of [
    ['encrypts without asking for a certificate under sslmode=require', () => 'sslmode=require'],
    ['checks the certificate against sslrootcert', () => `sslmode=verify-full&sslrootcert=${server.certificate}`],
  ] as const) {
    it(what, async () => {
      await migrated();
      await sql('GRANT case_backup_writer TO tls_only');
      const journal = await openJournal(`${server.url('tls_only')}?${query()}`, { clock: fakeClock(), log });
      await journal.write(completedRow('run-1'));
      await journal.close();
      assert.deepEqual(await statuses(), ['completed']);
    });
  }
});
