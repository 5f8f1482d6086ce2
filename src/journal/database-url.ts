import { getCACertificates } from 'node:tls';
import type { ClientConfig } from 'pg';
import { Failure } from '../host/errors.ts';
import { registerSecret } from '../host/secrets.ts';

/** A connection URL, understood: what the driver gets, and what may be shown of it. */
export interface DatabaseUrl {
  readonly config: ClientConfig;
  /** `db.example.com:5432`, or the folder of a Unix socket. Never the user, the password or the database. */
  readonly address: string;
}

/** The modes that libpq and pg share, and pg's own `no-verify`. `allow` would fall back to plain text in silence. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];
const SSL_HINT = `use one of sslmode=${SSL_MODES.join(', ')}; verify-full is the safe one`;

/**
 * Reads `postgres://` and `postgresql://` URLs, also those of Unix sockets (`postgresql://user@/db?host=/run/postgresql`).
 * Throws Failure `configuration`/`JournalUrlInvalid`, whose text holds nothing of the URL.
 */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  registerSecret(text);
  const url = readUrl(text);
  registerSecret(url.password);
  registerSecret(decoded(url.password));

  // A bare / ? # in a password ends the host too early: the rest of the password would be taken for a database name
  // and be shown in an error. What tells it is the @ that should have come before.
  if (`${url.pathname}${url.search}${url.hash}`.includes('@') || url.hash !== '') throw invalid('is not a correct URL');

  const socket = url.searchParams.get('host');
  if (url.hostname === '' && !socket) throw invalid('names no host');

  const port = url.searchParams.get('port');
  if (port !== null && !(/^\d+$/.test(port) && Number(port) <= 65_535)) throw invalid('names a port that there is not');

  const trustsSystem = takeSystemRoots(url);
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && !SSL_MODES.includes(mode)) throw invalid('has an unknown sslmode', SSL_HINT);
  // pg 8 reads require as verify-full, which no self-signed server (Supabase, RDS) passes; libpq's meaning is what the
  // URL's author had in mind. https://www.postgresql.org/docs/current/libpq-ssl.html
  if (mode !== null && mode !== 'no-verify') url.searchParams.set('uselibpqcompat', 'true');

  return {
    config: {
      connectionString: url.href,
      application_name: 'case-backup',
      // The driver takes what it finds in the URL before this.
      ...(trustsSystem && { ssl: { ca: [...getCACertificates('default'), ...getCACertificates('system')] } }),
    },
    address: socket ?? `${url.hostname}:${url.port || '5432'}`,
  };
}

/**
 * `sslrootcert=system`, as libpq knows it from 16 on: the authorities that the machine trusts, and nothing less than
 * verify-full. The driver would look for a file of that name. https://www.postgresql.org/docs/current/libpq-connect.html
 */
function takeSystemRoots({ searchParams }: URL): boolean {
  if (searchParams.get('sslrootcert') !== 'system') return false;
  const mode = searchParams.get('sslmode') ?? 'verify-full';
  if (mode !== 'verify-full')
    throw invalid(
      'has sslrootcert=system beside a weaker sslmode',
      'write sslmode=verify-full, or leave sslrootcert out',
    );
  if (searchParams.has('sslcert') || searchParams.has('sslkey'))
    throw invalid(
      'has sslrootcert=system beside a client certificate',
      'name the file of the authorities: sslrootcert=FILE',
    );
  searchParams.delete('sslrootcert');
  searchParams.delete('sslmode');
  return true;
}

function readUrl(text: string): URL {
  // Between user and database a socket's URL has no host, which the URL standard forbids; `?host=` says it then.
  const standard = text.includes('@/') && text.includes('host=') ? text.replace('@/', '@socket/') : text;
  const url = URL.parse(standard);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) throw invalid('is not a correct URL');
  return url;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) throw invalid('has a stray % in its password');
    throw error;
  }
}

/** Made without a cause: errors of URL carry the text that they could not read. */
export function invalid(
  what: string,
  // Not in one piece, of which redaction would leave `postgresql://[redacted]@HOST`.
  hint = 'write postgresql:// and then USER:PASSWORD@HOST:5432/DATABASE, with @ : / ? # % in the password encoded (%40 %3A %2F %3F %23 %25)',
): Failure {
  return new Failure('JournalUrlInvalid', `DATABASE_URL ${what}`, { hint });
}
