import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCorpus } from '../../bench/corpus/make-corpus.ts';
import { copyRealDocuments } from './real-documents.ts';
import { assertAccepted, assertExtracts, backUp } from './referees.ts';

test('A gigabyte of generated cases comes back from every ZIP program as it was, in three time zones', {
  timeout: 600_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'case-backup-corpus-'));
  try {
    const corpus = await makeCorpus('cases', folder);
    await using backup = await backUp(corpus.folder);
    const { report, zip } = backup;
    assert.deepEqual([report.cases, report.files, report.sourceBytes], [44, corpus.files, corpus.bytes]);
    await assertAccepted(zip);
    await assertExtracts(zip, corpus.folder);
    t.diagnostic(
      `${report.files} files, ${report.sourceBytes} bytes → ${report.archiveBytes} in ${report.durationSeconds} s`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('Thousands of real documents come back from every ZIP program as they were, in three time zones', {
  timeout: 600_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'case-backup-documents-'));
  try {
    const source = join(folder, 'CASES');
    const copied = await copyRealDocuments(source);
    assert.ok(
      copied.files >= 2000,
      `only ${copied.files} real documents are on this machine; bash .ci/packages brings more`,
    );
    for (const extension of ['.html', '.png', '.pdf', '.gz'])
      assert.ok(
        copied.extensions.has(extension),
        `there is no ${extension} among the real documents; bash .ci/packages brings some`,
      );
    await using backup = await backUp(source);
    const { report, zip } = backup;
    assert.deepEqual([report.files, report.sourceBytes], [copied.files, copied.bytes]);
    await assertAccepted(zip);
    await assertExtracts(zip, source);
    t.diagnostic(
      `${report.files} files in ${report.cases} cases, ${report.sourceBytes} bytes → ${report.archiveBytes} in ${report.durationSeconds} s`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
