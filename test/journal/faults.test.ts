import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/host/errors.ts';
import { isPassing, journalFailure } from '../../src/journal/faults.ts';

const fault = (message: string, code?: string): Error => Object.assign(new Error(message), code ? { code } : {});

describe('faults of a connection', () => {
  for (const error of [
    fault('connect ECONNREFUSED', 'ECONNREFUSED'),
    fault('getaddrinfo EAI_AGAIN db', 'EAI_AGAIN'),
    fault('Connection terminated unexpectedly'),
    fault('timeout expired'),
    fault('Query read timeout'),
    fault('sorry, too many clients already', '53300'),
    fault('the database system is starting up', '57P03'),
    fault('terminating connection due to administrator command', '57P01'),
    fault('cannot execute INSERT in a read-only transaction', '25006'),
    fault('canceling statement due to statement timeout', '57014'),
    fault('server conn crashed?', '08P01'),
    fault('deadlock detected', '40P01'),
    fault(
      'MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size',
      'XX000',
    ),
    fault('(EMAXCONNSESSION) max clients reached in session mode - max clients are limited to pool_size: 15', 'XX000'),
    fault('Max client connections reached', 'XX000'),
    fault('unable to check out process from the pool due to timeout', 'XX000'),
    fault('(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 60000ms', 'XX000'),
    fault('no more connections allowed (max_client_conn)', '08P01'),
    fault('query_wait_timeout', '08P01'),
    fault('server login has been failing, cached error: connect failed (server_login_retry)', '08P01'),
    fault('server login failed: FATAL sorry, too many clients already', '08P01'),
    fault('remaining connection slots are reserved for roles with the SUPERUSER attribute', 'XX000'),
    fault('all servers are down', 'XX000'),
    fault('tuple concurrently updated', 'XX000'),
    fault('duplicate key value violates unique constraint "pg_auth_members_role_member_index"', '23505'),
  ]) {
    it(`pass with time: ${error.message}`, () => {
      assert.equal(isPassing(error), true);
      assert.equal(journalFailure(error, 'db:5432', 'LogNotWritten').code, 'JournalUnavailable');
    });
  }

  for (const [error, code, exit] of [
    [fault('password authentication failed for user "job"', '28P01'), 'JournalCredentials', 'credentials'],
    [
      fault('no pg_hba.conf entry for host "10.0.0.7", user "job", no encryption', '28000'),
      'JournalTlsRequired',
      'configuration',
    ],
    [fault('SSL connection is required', 'XX000'), 'JournalTlsRequired', 'configuration'],
    [fault('connection is insecure (try using `sslmode=require`)', '08P01'), 'JournalTlsRequired', 'configuration'],
    [fault('The server does not support SSL connections'), 'JournalTlsUnavailable', 'configuration'],
    [fault('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'), 'JournalTlsUntrusted', 'configuration'],
    [fault('altnames', 'ERR_TLS_CERT_ALTNAME_INVALID'), 'JournalTlsUntrusted', 'configuration'],
    [fault('unable to verify', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'JournalTlsUntrusted', 'configuration'],
    [
      fault('server login failed: FATAL password authentication failed for user "job"', '08P01'),
      'JournalCredentials',
      'credentials',
    ],
    [
      fault(
        'server login has been failing, cached error: FATAL: password authentication failed for user "job" (server_login_retry)',
        '08P01',
      ),
      'JournalCredentials',
      'credentials',
    ],
    [fault('SASL authentication failed', '08P01'), 'JournalCredentials', 'credentials'],
    [fault('no such user: job', '08P01'), 'JournalCredentials', 'credentials'],
    [fault('Tenant or user not found', 'XX000'), 'JournalCredentials', 'credentials'],
    [fault('no such database: logs', '08P01'), 'JournalDatabaseMissing', 'configuration'],
    [fault('database "logs" does not exist', '3D000'), 'JournalDatabaseMissing', 'configuration'],
    [fault('new row violates row-level security policy', '42501'), 'LogNotWritten', 'failed'],
    [fault('duplicate key value violates unique constraint "their_index"', '23505'), 'LogNotWritten', 'failed'],
    [fault('some programming error'), 'LogNotWritten', 'failed'],
  ] as const) {
    it(`do not pass with time: ${error.message}`, () => {
      assert.equal(isPassing(error), false);
      const failure = journalFailure(error, 'db:5432', 'LogNotWritten');
      assert.deepEqual([failure.code, failure.exit], [code, exit]);
      assert.match(failure.message, /^Postgres at db:5432 /);
      assert.ok(failure.hint);
    });
  }

  it('that are Failures already stay what they are', () => {
    const failure = new Failure('LogNotWritten', 'a sentence');
    assert.equal(isPassing(failure), false);
    assert.equal(journalFailure(failure, 'db:5432', 'JournalUnusable'), failure);
  });
});
