import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { Client } from 'pg';
import { errorCode } from '../../../src/host/errors.ts';
import { databaseOf, unlogged } from '../log-faults.ts';

const ACCESS = new URL('../../../src/journal/sql/0003_access.sql', import.meta.url);

/** The connections that take what the server has for ordinary logins. */
async function takeAllConnections(url: string): Promise<Client[]> {
  const taken: Client[] = [];
  for (;;) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      taken.push(client);
    } catch (error) {
      assert.equal(errorCode(error), '53300');
      return taken;
    }
  }
}

unlogged('Postgres without a free connection costs the row only, which the next run writes', /too many connections/, {
  row: 40,
  async fault(scene) {
    const others = await takeAllConnections(databaseOf(scene).url);
    return () => Promise.all(others.map((other) => other.end()));
  },
});

unlogged('something that accepts the connection and never answers costs the row only', /timeout expired/, {
  row: 42,
  async fault(scene) {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    databaseOf(scene).divert(silent.address() as AddressInfo);
    return () => silent.close();
  },
  heal: (scene) => databaseOf(scene).divert(undefined),
});

unlogged('Postgres that is slow beyond every patience costs the row only', /answers too slowly/, {
  row: 42,
  async fault(scene) {
    const blocker = new Client({ connectionString: databaseOf(scene).url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE backup_logs IN EXCLUSIVE MODE');
    return () => blocker.end();
  },
});

unlogged('Postgres that is read-only, as in a failover, costs the row only', /read-only/, {
  row: 42,
  fault: (scene) => databaseOf(scene).sql(`ALTER ROLE night_job SET default_transaction_read_only = on`),
  heal: async (scene) => {
    await databaseOf(scene).sql('ALTER ROLE night_job RESET default_transaction_read_only');
  },
});

for (const policy of ['writer_update', 'writer_insert']) {
  unlogged(`a log whose policy ${policy} is gone warns and deletes nothing`, /LogNotWritten/, {
    row: 41,
    fault: (scene) => databaseOf(scene).sql(`DROP POLICY ${policy} ON backup_logs`),
    async heal(scene) {
      await databaseOf(scene).sql(await readFile(ACCESS, 'utf8'));
    },
  });
}
