import { after } from 'node:test';
import pLimit from 'p-limit';
import type { Night } from '../../src/backup/night.ts';
import type { Clock } from '../../src/host/clock.ts';
import { openJournal } from '../../src/journal/postgres.ts';
import { runSql, startPostgres15, TEST_PASSWORD, type TestServer } from '../support/postgres.ts';
import { impatient } from './test-clock.ts';

/** A database of its own on the test file's one Postgres server, which the scene may stop, crash and start. */
export interface LogDatabase {
  /** As the job's login, which owns the database. */
  readonly url: string;
  /** What a night is given. Its retries wait in the clock only; what `onWait` does happens meanwhile, at PACE. */
  openJournal: NonNullable<Night['openJournal']>;
  onWait: () => Promise<void> | void;
  /** Where the nights find something else than Postgres; undefined ends it. */
  divert(to: { readonly port: number } | undefined): void;
  /** Statements of the superuser. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  start(): Promise<void>;
  stop(): Promise<void>;
  crash(): Promise<void>;
  close(): Promise<void>;
}

const LOGIN = 'night_job';

interface Shared {
  readonly server: TestServer;
  databases: number;
  /** In the order of the calls: requests of one night that run side by side may stop and start it. */
  start(): Promise<void>;
  end(how: 'stop' | 'crash'): Promise<void>;
}

let shared: Promise<Shared> | undefined;
after(async () => (await shared)?.server.close());

async function startShared(): Promise<Shared> {
  const server = await startPostgres15();
  await runSql(server.url(), `CREATE ROLE ${LOGIN} LOGIN CREATEROLE PASSWORD '${TEST_PASSWORD}'`);
  const inTurn = pLimit(1);
  let isUp = true;
  return {
    server,
    databases: 0,
    start: () =>
      inTurn(async () => {
        if (!isUp) await server.start();
        isUp = true;
      }),
    end: (how) =>
      inTurn(async () => {
        isUp = false;
        await server[how]();
      }),
  };
}

/** How much faster a night's patience runs out: something that never answers takes 10 s of ours per attempt. */
const PACE = 20;
/** Gives up a statement after that long: as if it were the 15 s of a real night. */
const STATEMENT_MS = 1_500;

export async function openLogDatabase(clock: Clock): Promise<LogDatabase> {
  shared ??= startShared();
  const state = await shared;
  const { server, start } = state;
  const name = `nights_${++state.databases}`;
  await start();
  await runSql(server.url(), `CREATE DATABASE ${name} OWNER ${LOGIN}`);
  const url = server.url(LOGIN, name);
  let nightsUrl = url;
  const database: LogDatabase = {
    url,
    onWait: () => undefined,
    divert(to) {
      nightsUrl = to === undefined ? url : url.replace(/:\d+(?=\/[^/]*$)/, `:${to.port}`);
    },
    openJournal(budgetMs, signal) {
      const waiting = impatient(clock);
      const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
        await waiting.sleep(ms, signal);
        await database.onWait();
      };
      const log = { warn: () => undefined };
      const hurried = { now: waiting.now, elapsed: () => waiting.elapsed() + (PACE - 1) * performance.now(), sleep };
      return openJournal(nightsUrl, { clock: hurried, log, budgetMs, timeoutMs: STATEMENT_MS, signal });
    },
    sql: (text, values) => runSql(server.url('postgres', name), text, values),
    start,
    stop: () => state.end('stop'),
    crash: () => state.end('crash'),
    async close() {
      await start();
      await runSql(server.url(), `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
  return database;
}
