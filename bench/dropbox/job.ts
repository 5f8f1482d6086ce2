import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunReport } from '../../src/api/report.ts';
import { type Contained, runContained } from '../run-contained.ts';
import type { EmulatorAddress } from './emulator-process.ts';

const MAIN = fileURLToPath(new URL('../../cmd/backup-job/main.ts', import.meta.url));

/** All defaults: what a first-time user gets. */
const POLICY = `
apiVersion: casebackup.io/v1alpha1
kind: CaseBackupPolicy
metadata: { name: bench }
spec:
  source: { dropbox: { credentialsSecretRef: { name: dropbox }, root: /CASES } }
  destination: { dropbox: { folder: /BACKUPS } }
`;

export interface JobRun extends Contained {
  readonly report: RunReport;
}

export interface JobOptions {
  /** How it reaches the emulator: by default straight, without TLS. */
  readonly env?: Readonly<Record<string, string>>;
  readonly maxConcurrentDownloads?: number;
  readonly memoryBytes?: number;
  /** Its work folder, which stays; by default a fresh one, which goes. */
  readonly folder?: string;
}

/** `backup-job run` against an emulator, held to the memory of its container. */
export async function runJob(emulator: EmulatorAddress, options: JobOptions = {}): Promise<JobRun> {
  const { env, maxConcurrentDownloads, memoryBytes } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'case-backup-bench-')));
  try {
    const policy = join(folder, 'policy.yaml');
    const transfer = maxConcurrentDownloads
      ? `  transfer: { maxConcurrentDownloads: ${maxConcurrentDownloads} }\n`
      : '';
    await writeFile(policy, `${POLICY}${transfer}`);
    const { appKey, appSecret, refreshToken } = emulator.credentials;
    const run = await runContained([MAIN, 'run', '-f', policy, '--json'], {
      ...(memoryBytes ? { memoryBytes } : {}),
      env: {
        DROPBOX_APP_KEY: appKey,
        DROPBOX_APP_SECRET: appSecret,
        DROPBOX_REFRESH_TOKEN: refreshToken,
        CASE_BACKUP_WORK_DIR: folder,
        ...(env ?? { CASE_BACKUP_DROPBOX_ORIGIN: emulator.origin }),
      },
    });
    const report = JSON.parse(run.stdout) as RunReport;
    if (run.exitCode !== 0) throw new Error(`the job ended with ${run.exitCode}: ${report.message}`);
    return { ...run, report };
  } finally {
    if (options.folder === undefined) await rm(folder, { recursive: true });
  }
}
