import type { RUN_LOG } from '../api/failure-codes/run-log.ts';
import { errorCode, Failure, messageOf } from '../host/errors.ts';

/**
 * What a later attempt on a new connection may heal. SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html
 * 08 connection, 53 resources (53300 too many connections), 57P server shut down or starting, 57014 statement timeout,
 * 25006 read-only (a standby, until the failover is over), 40 serialisation or deadlock, 55P03 lock timeout,
 * 58 system error.
 */
const PASSING_STATES = /^(08|53|57P|57014$|25006$|40|55P03$|58)/;

const PASSING_SYSTEM_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENOENT',
]);

/** Where pg gives no code, its sentence must do. */
const PASSING_DRIVER_ERRORS =
  /^(Connection terminated|timeout expired|Query read timeout|Client has encountered a connection error)/;
/** Two databases of one server that make or grant the same role at once; the codes, XX000 and 23505, say too little. */
const CATALOGUE_RACE = /^tuple concurrently (updated|deleted)|violates unique constraint "pg_/;

/**
 * Poolers have no codes of their own: XX000 (Supavisor, Neon, PgCat) and 08P01 (PgBouncer) say anything, so their words
 * must do. One that is full: "max clients reached in session mode", "no more connections allowed (max_client_conn)",
 * "unable to check out process from the pool due to timeout"; one that has lost its server: "all servers down".
 */
const POOLER_BUSY =
  /max(imum)? client|(too many|no more|remaining) (client |tcp )?(connection|client)|check ?out (process|connection)|timed?[ -]?out waiting|query_wait_timeout|all servers (are )?down|cannot connect to server|couldn't connect to compute|server_login_retry.*connect failed/i;
/** One that does not know the login, or can't log in with it itself since the password was changed. */
const POOLER_REFUSES =
  /(password|SASL|SCRAM|md5) (authentication|exchange) failed|wrong password|authentication failed for|no such user|(tenant|user) (or user )?not found|auth(entication)?_query/i;
const POOLER_STATES = /^(08|XX)/;

/** What servers and proxies say to a client that came without TLS. */
const TLS_DEMANDED = /no encryption|SSL off|SSL connection is required|sslmode=require|connection is insecure/i;

interface Fault {
  /** SQLSTATE, Node's or TLS's code; '' where pg gives none. */
  readonly code: string;
  readonly text: string;
}

interface KnownFault {
  readonly when: (fault: Fault) => boolean;
  readonly code: keyof typeof RUN_LOG;
  /** Follows "Postgres at host:port". */
  readonly says: (fault: Fault) => string;
  readonly hint: string;
}

/** The first that applies decides. */
const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    when: ({ text }) => TLS_DEMANDED.test(text),
    code: 'JournalTlsRequired',
    says: () => 'demands TLS',
    hint: 'add sslmode=verify-full to DATABASE_URL, or sslmode=require where its certificate is private',
  },
  {
    when: ({ text }) => text.includes('does not support SSL'),
    code: 'JournalTlsUnavailable',
    says: () => 'offers no TLS',
    hint: 'switch TLS on in the server; only in a network that you trust, set sslmode=disable',
  },
  {
    when: ({ code }) => /CERT|SIGNATURE|ALTNAME/.test(code),
    code: 'JournalTlsUntrusted',
    says: ({ code }) => `has a certificate that is not trusted (${code})`,
    hint: 'give its authority with sslrootcert=FILE in DATABASE_URL',
  },
  {
    when: ({ code }) => code.startsWith('28'),
    code: 'JournalCredentials',
    says: ({ code }) => `refuses the login (${code})`,
    hint: 'check user and password in DATABASE_URL, and pg_hba.conf',
  },
  {
    when: isRefusedByPooler,
    code: 'JournalCredentials',
    says: ({ code }) => `is a pooler that refuses the login, or can't log in with it (${code})`,
    hint: 'check user and password in DATABASE_URL, then those that the pooler itself has for the server',
  },
  {
    when: ({ code, text }) => code === '3D000' || (POOLER_STATES.test(code) && /no such database/i.test(text)),
    code: 'JournalDatabaseMissing',
    says: () => 'has no such database',
    hint: 'check the last part of DATABASE_URL, or create the database',
  },
  {
    when: passes,
    code: 'JournalUnavailable',
    says: (fault) => `can't be used: ${outage(fault)}`,
    hint: 'see whether the server is up and reachable; what was not logged is logged by a later run',
  },
];

/** Whether a later attempt may succeed. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof Failure) && passes(faultOf(error));
}

/**
 * The Failure for an error of a call to Postgres. `refused` is the code for a statement that the server did not
 * accept: what that means depends on what was being done.
 */
export function journalFailure(error: unknown, address: string, refused: keyof typeof RUN_LOG): Failure {
  if (error instanceof Failure) return error;
  const fault = faultOf(error);
  const known = KNOWN_FAULTS.find(({ when }) => when(fault));
  if (known) {
    const { code, says, hint } = known;
    return new Failure(code, `Postgres at ${address} ${says(fault)}`, { hint, cause: error });
  }
  const state = fault.code && ` (${fault.code})`;
  return new Failure(refused, `Postgres at ${address} refused: ${messageOf(error)}${state}`, {
    hint:
      fault.code === '42501'
        ? 'a row belongs to the login that wrote it: after a change of the login see "Another login" in docs/journal.md'
        : 'the table, its grants and its policies are described in docs/journal.md',
    cause: error,
  });
}

function faultOf(error: unknown): Fault {
  return { code: errorCode(error) ?? '', text: error instanceof Error ? error.message : '' };
}

/** A pooler that says so of a login and is merely full says both. */
function isRefusedByPooler({ code, text }: Fault): boolean {
  return POOLER_STATES.test(code) && POOLER_REFUSES.test(text) && !POOLER_BUSY.test(text);
}

function passes({ code, text }: Fault): boolean {
  if (TLS_DEMANDED.test(text) || isRefusedByPooler({ code, text })) return false;
  if (POOLER_STATES.test(code) && POOLER_BUSY.test(text)) return true;
  if (POOLER_STATES.test(code) && /no such database/i.test(text)) return false;
  if (code === '') return PASSING_DRIVER_ERRORS.test(text);
  return PASSING_STATES.test(code) || PASSING_SYSTEM_ERRORS.has(code) || CATALOGUE_RACE.test(text);
}

/** The driver's own texts are shown only where they are known to be plain sentences. */
function outage({ code, text }: Fault): string {
  if (code === '25006') return 'it is read-only (25006)';
  if (code === '53300') return 'it has too many connections (53300)';
  if (POOLER_STATES.test(code) && POOLER_BUSY.test(text)) return `its pooler has no free connection (${code})`;
  if (code === '57014' || text === 'Query read timeout') return 'it answers too slowly';
  if (code.startsWith('57P')) return `it is starting up or shutting down (${code})`;
  return code || text.toLowerCase();
}
