import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressSchema } from '../../src/api/report.ts';
import { startEmulator } from '../dropbox/emulator.ts';
import { freePort } from '../support/free-port.ts';
import { startJob } from './backup-job.ts';
import { openOffice } from './office.ts';
import { dropboxEnv, dropboxSpec } from './policy-file.ts';

test('/healthz, /run and /metrics tell of a run while it goes on', { timeout: 60_000 }, async () => {
  using office = openOffice();
  const emulator = await startEmulator();
  const content = { size: 200_000, seed: 3 };
  emulator.tree.put('/CASES/USA001_Smith/letter.pdf', content);
  emulator.tree.put('/CASES/USA001_Smith/scan.jpg', content);
  const port = await freePort();
  const page = async (path: string): Promise<{ status: number; type: string; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5000) });
    return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
  };

  const seen = Promise.withResolvers<Record<string, Awaited<ReturnType<typeof page>>>>();
  let isAsked = false;
  emulator.faults.onRequest(async ({ route }) => {
    if (route !== 'files/download' || isAsked) return;
    isAsked = true;
    const pages: Record<string, Awaited<ReturnType<typeof page>>> = {};
    for (const path of ['/healthz', '/run', '/metrics', '/secrets']) pages[path] = await page(path);
    seen.resolve(pages);
  });
  const policy = office.write('dropbox.yaml', dropboxSpec());
  const job = startJob(['run', '-f', policy, '--listen', `127.0.0.1:${port}`], {
    env: { ...office.env, ...dropboxEnv(emulator) },
  });
  const pages = await seen.promise;
  const { code, stderr } = await job.ended;
  await emulator.close();
  assert.equal(code, 0, stderr);

  assert.deepEqual([pages['/healthz']?.status, pages['/healthz']?.text], [200, 'ok\n']);
  assert.equal(pages['/secrets']?.status, 404);
  const progress = progressSchema.parse(JSON.parse(pages['/run']?.text ?? ''));
  assert.deepEqual([progress.stage, progress.filesTotal, progress.bytesTotal], ['Archiving', 2, 400_000]);
  assertMetrics(pages['/metrics']?.text ?? '');
  await assert.rejects(page('/healthz'), 'the port is free again');
});

/** By the text format's own rules (prometheus.io, "Exposition formats"): HELP and TYPE first, then samples of that name. */
function assertMetrics(text: string): void {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  for (const line of text
    .trimEnd()
    .split('\n')
    .filter((l) => l !== '')) {
    const type = /^# TYPE (\S+) (gauge|counter)$/.exec(line);
    if (type) types.set(type[1] ?? '', type[2] ?? '');
    else if (!line.startsWith('# HELP case_backup_')) {
      const sample = /^(case_backup_[a-z_]+)\{policy="nightly"(?:,[a-z]+="[^"]*")*\} (\S+)$/.exec(line);
      assert.ok(sample, `no line of the text format: ${line}`);
      samples.set(sample[1] ?? '', Number(sample[2]));
    }
  }
  for (const [name, value] of samples) {
    assert.ok(Number.isFinite(value), `${name} is ${value}`);
    assert.equal(types.get(name), name.endsWith('_total') ? 'counter' : 'gauge', name);
  }
  assert.equal(samples.get('case_backup_run_stage'), 2);
  assert.ok((samples.get('case_backup_dropbox_requests_total') ?? 0) > 0);
}
