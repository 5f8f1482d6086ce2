import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { Client } from 'pg';
import { errorCode } from '../../src/host/errors.ts';
import { FAKE_SECRETS } from './fake-secrets.ts';
import { freePort } from './free-port.ts';
import { ownChild } from './own-children.ts';

/** A Postgres for tests, on loopback. */
export interface TestPostgres {
  readonly kind: 'PGlite' | 'Postgres 15';
  /** The URL of a login; without arguments that of the superuser in its own database. */
  url(user?: string, database?: string): string;
  close(): Promise<void>;
}

/** A real server, which also can be away. */
export interface TestServer extends TestPostgres {
  readonly kind: 'Postgres 15';
  /** The file of its certificate: self-signed, for 127.0.0.1. */
  readonly certificate: string;
  start(): Promise<void>;
  /** Ends every connection at once, as a crash or a failover does. */
  stop(): Promise<void>;
  /** SIGKILL for the server and all its processes, in the middle of whatever they do. */
  crash(): Promise<void>;
}

/** The password of every login in tests; it must turn up in no error. */
export const TEST_PASSWORD = FAKE_SECRETS.databasePassword;
const SUPERUSER = 'postgres';
const CERTIFICATE = [
  'req',
  '-x509',
  '-nodes',
  '-days',
  '2',
  '-subj',
  '/CN=test',
  '-addext',
  'subjectAltName=IP:127.0.0.1',
];
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', 'server.key'];
const BIN = '/usr/lib/postgresql/15/bin';

/**
 * The embedded Postgres 18. It has one session for all connections, and that is the superuser's: whoever a URL names,
 * roles are tried with SET ROLE.
 */
export async function startPglite(): Promise<TestPostgres> {
  const db = await PGlite.create();
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 10 });
  await server.start();
  const address = server.getServerConn();
  return {
    kind: 'PGlite',
    url: (user = SUPERUSER, database = SUPERUSER) => urlOf(user, address, database),
    async close() {
      await server.stop();
      await db.close();
    },
  };
}

/** Debian's Postgres 15, with passwords and TLS, in a folder that is removed at the end. */
export async function startPostgres15(): Promise<TestServer> {
  if (!existsSync(join(BIN, 'initdb'))) throw new Error(`no Postgres in ${BIN}: install the package postgresql-15`);
  const owner = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-postgres-'));
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, TEST_PASSWORD);
  if (owner) for (const path of [folder, passwordFile]) chownSync(path, owner.uid, owner.gid);

  const initdb = ['-D', data, '-U', SUPERUSER, '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8', '-N'];
  execFileSync(join(BIN, 'initdb'), [...initdb, '--locale=C'], { ...owner, cwd: folder, stdio: 'pipe' });
  // One login is let in only with TLS.
  const access = ['hostnossl all tls_only all reject', 'host all all 127.0.0.1/32 scram-sha-256', ''];
  writeFileSync(join(data, 'pg_hba.conf'), access.join('\n'));
  const certificate = join(folder, 'server.crt');
  execFileSync('openssl', [...CERTIFICATE, ...KEY, '-out', certificate], {
    ...owner,
    cwd: folder,
    stdio: 'pipe',
  });

  const port = await freePort();
  let running: ChildProcess | undefined;
  const server: TestServer = {
    kind: 'Postgres 15',
    certificate,
    url: (user = SUPERUSER, database = SUPERUSER) => urlOf(user, `127.0.0.1:${port}`, database),
    async start() {
      running = ownChild(
        spawn(join(BIN, 'postgres'), serverOptions(data, folder, port), {
          ...owner,
          cwd: folder,
          stdio: ['ignore', 'ignore', 'pipe'],
        }),
      );
      await untilReady(running);
    },
    async stop() {
      if (!running) return;
      const ended = once(running, 'exit');
      running.kill('SIGINT');
      running = undefined;
      await ended;
    },
    async crash() {
      if (!running) return;
      const ended = once(running, 'exit');
      const processes = [running.pid ?? 0, ...childrenOf(running.pid ?? 0)];
      running = undefined;
      for (const pid of processes) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
      await ended;
      // A successor is refused while one of them is still attached to the shared memory.
      while (processes.some(isAlive)) await setImmediate();
    },
    async close() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
  await server.start();
  return server;
}

/** Runs statements as the superuser, or as the login of another URL; each with its own connection. */
export async function runSql(
  url: string,
  sql: string,
  values?: readonly unknown[],
): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(sql, values ? [...values] : undefined);
    return rows;
  } finally {
    await client.end();
  }
}

function urlOf(user: string, address: string, database: string): string {
  return `postgresql://${user}:${encodeURIComponent(TEST_PASSWORD)}@${address}/${database}`;
}

/** Postgres refuses to run as root; the Debian package brings a user for it. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function serverOptions(data: string, folder: string, port: number): string[] {
  const settings = ['listen_addresses=127.0.0.1', 'fsync=off', 'full_page_writes=off', 'shared_buffers=16MB'];
  settings.push('ssl=on', `ssl_cert_file=${folder}/server.crt`, `ssl_key_file=${folder}/server.key`);
  return ['-D', data, '-k', folder, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

/** Not a zombie either: who took over an orphan may be slow to bury it. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return false;
    throw error;
  }
}

async function untilReady(server: ChildProcess): Promise<void> {
  if (!server.stderr) throw new Error('the server has no stderr');
  const said: string[] = [];
  for await (const line of createInterface(server.stderr)) {
    said.push(line);
    if (line.includes('ready to accept connections')) {
      server.stderr.resume();
      return;
    }
  }
  throw new Error(`Postgres did not start:\n${said.join('\n')}`);
}
