import type { ExitReason } from '../exit-codes.ts';
import type { Meaning } from './meaning.ts';

/** Failures of the run log, which never end a run: a warning LogNotWritten quotes them. `means` is what it says. */
export const RUN_LOG = {
  JournalCredentials: {
    exit: 'credentials',
    means: 'refuses the login',
    remedy: 'Check user and password in `DATABASE_URL`, and `pg_hba.conf`.',
  },
  JournalDatabaseMissing: {
    exit: 'configuration',
    means: 'has no such database',
    remedy: 'Check the last part of `DATABASE_URL`, or create the database.',
  },
  JournalMigrationChanged: {
    exit: 'configuration',
    means: 'the migration … is not the one that was applied',
    remedy: 'Install an unmodified version.',
  },
  JournalNotPermitted: {
    exit: 'configuration',
    means: 'the login … may not write to backup_logs',
    remedy: '`GRANT case_backup_writer TO` that login.',
  },
  JournalSchemaMissing: {
    exit: 'configuration',
    means: "the log's schema is missing or too old",
    remedy: 'Run the migrations as the owner.',
  },
  JournalTlsRequired: {
    exit: 'configuration',
    means: 'demands TLS',
    remedy: 'Add `sslmode=verify-full`, or `require`.',
  },
  JournalTlsUnavailable: {
    exit: 'configuration',
    means: 'offers no TLS',
    remedy: 'Switch it on in the server; only in a network that you trust, `sslmode=disable`.',
  },
  JournalTlsUntrusted: {
    exit: 'configuration',
    means: 'has a certificate that is not trusted',
    remedy: '`sslrootcert=FILE` in `DATABASE_URL`.',
  },
  JournalUnavailable: {
    exit: 'failed',
    means: "can't be used: ECONNREFUSED, read-only, too slow, …",
    remedy: 'See whether the server is up, writable and reachable.',
  },
  JournalUnusable: { exit: 'failed', means: 'refused: …', remedy: 'The message holds what Postgres said.' },
  JournalUrlInvalid: {
    exit: 'configuration',
    means: 'DATABASE_URL is not a correct URL, names no host, …',
    remedy: '`postgresql://USER:PASSWORD@HOST:5432/DATABASE`; encode `@ : / ? # %` in the password.',
  },
  LogNotWritten: {
    exit: 'failed',
    means: 'backup_logs took 0 rows, or refused: …',
    remedy:
      'A policy, trigger or rule drops the row, or it belongs to another login: "Another login" in [journal.md](journal.md).',
  },
} as const satisfies Readonly<Record<string, Meaning & { readonly exit: ExitReason }>>;
