import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GROUP, KIND, VERSION } from '../../src/api/policy.ts';
import type { PolicyStatus } from '../../src/api/status.ts';
import { dropbox } from '../api/policy-cases.ts';
import { SAMPLE_STATUS } from '../api/sample-status.ts';
import { policyOf } from '../cli/policy-file.ts';
import { ApiError } from './api-client.ts';
import { crdPlane } from './crd-plane.ts';

/** What becomes of a status, and how kubectl shows it. */
const cluster = crdPlane();
const { apply, kubectl, pathOf, stored } = cluster;

const FIVE_HOURS_AGO = new Date(Date.now() - 5 * 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');
const STATUS: PolicyStatus = {
  ...SAMPLE_STATUS,
  lastSuccessTime: FIVE_HOURS_AGO,
  lastVerification: {
    level: 'Full',
    result: 'Succeeded',
    completionTime: FIVE_HOURS_AGO,
    backupPath: '/BACKUPS/a.zip',
  },
};

async function policy(name: string, extra: object = {}): Promise<void> {
  const { code, stderr } = await apply({ ...policyOf(dropbox()), metadata: { name }, ...extra });
  assert.equal(code, 0, stderr);
}

const writeStatus = (name: string, status: unknown, manager = 'case-backup-controller'): Promise<unknown> =>
  cluster.plane.api.patch(
    `${pathOf(name)}/status?fieldManager=${manager}&force=true`,
    { apiVersion: `${GROUP}/${VERSION}`, kind: KIND, metadata: { name }, status },
    'apply-patch+yaml',
  );

test('a status with every field set is stored as it was written', async () => {
  await policy('whole');
  await writeStatus('whole', STATUS);
  assert.deepEqual((await stored('whole')).status, STATUS);
});

test('a status that is applied again changes nothing', async () => {
  await policy('again');
  await writeStatus('again', STATUS);
  const first = await cluster.plane.api.get<{ metadata: { resourceVersion: string } }>(pathOf('again'));
  await writeStatus('again', STATUS);
  const second = await cluster.plane.api.get<{ metadata: { resourceVersion: string } }>(pathOf('again'));
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
});

test('a status that an author writes along with the spec is left out', async () => {
  await policy('author', { status: STATUS });
  assert.equal((await stored('author')).status, undefined);
});

test('a status that the schema does not know is refused', async () => {
  await policy('wrong');
  const { lastRun } = STATUS;
  for (const [status, says] of [
    [{ lastRun: { ...lastRun, result: 'Fine' } }, /status\.lastRun\.result: Unsupported value: "Fine"/],
    [{ nextScheduleTime: 'tomorrow' }, /status\.nextScheduleTime/],
    [{ conditions: [{ ...STATUS.conditions?.[0], reason: 'two words' }] }, /status\.conditions\[0\]\.reason/],
    [{ phase: 'Running' }, /status\.phase/],
  ] as const) {
    await assert.rejects(writeStatus('wrong', status), (error) => {
      assert.ok(error instanceof ApiError);
      assert.match(error.message, says);
      return true;
    });
  }
});

test('kubectl get -o wide shows every column with the value that its status has', async () => {
  await policy('shown');
  await writeStatus('shown', STATUS);
  const { stdout } = await kubectl(['get', 'cbp', 'shown', '-o', 'wide']);
  const row = cells(stdout);
  const { AGE: age, ...rest } = row;
  assert.match(age ?? '', /^\d+s$/);
  assert.deepEqual(rest, {
    NAME: 'shown',
    SCHEDULE: '0 3 * * *',
    READY: 'True',
    FRESH: 'False',
    'LAST-SUCCESS': '5h',
    'LAST-RESULT': 'Incomplete',
    SUSPENDED: 'false',
    NEXT: '2026-11-24T03:00:00Z',
    BACKUPS: '30',
    VERIFIED: '5h',
    FAILURES: '2',
  });
});

test('kubectl get shows the columns that matter, and nothing in them before the first run', async () => {
  await policy('fresh');
  const row = cells((await kubectl(['get', 'casebackuppolicies', 'fresh'])).stdout);
  assert.deepEqual(Object.keys(row), [
    'NAME',
    'SCHEDULE',
    'READY',
    'FRESH',
    'LAST-SUCCESS',
    'LAST-RESULT',
    'SUSPENDED',
    'AGE',
  ]);
  assert.deepEqual([row['READY'], row['LAST-SUCCESS'], row['SUSPENDED']], ['', '', 'false']);
});

test('a policy is found by its short name, by the categories and by a wait for a condition', async () => {
  await policy('found');
  await writeStatus('found', STATUS);
  for (const kind of ['cbp', 'casebackup', 'all', 'casebackuppolicy']) {
    const { stdout, stderr } = await kubectl(['get', kind, '-o', 'name']);
    assert.match(stdout, /^casebackuppolicy\.casebackup\.io\/found$/m, `${kind}: ${stderr}`);
  }
  const waited = await kubectl(['wait', 'cbp/found', '--for=condition=Ready', '--timeout=20s']);
  assert.equal(waited.code, 0, waited.stderr);
});

test('conditions are merged by their type', async () => {
  await policy('merged');
  const [ready, progressing] = STATUS.conditions ?? [];
  await writeStatus('merged', { conditions: [ready] }, 'one');
  await writeStatus('merged', { conditions: [progressing] }, 'another');
  assert.deepEqual((await stored('merged')).status, { conditions: [ready, progressing] });
});

/** The only row of a table, by its headings; a cell is as wide as from its heading to the next. */
function cells(table: string): Record<string, string> {
  const [head = '', row = ''] = table.split('\n');
  const starts = [...head.matchAll(/\S+/g)];
  return Object.fromEntries(
    starts.map(({ 0: name, index }, i) => [name, row.slice(index, starts[i + 1]?.index).trim()]),
  );
}
