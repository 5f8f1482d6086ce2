import { tmpdir } from 'node:os';
import type { Command } from 'commander';
import type { Policy } from '../../src/api/policy.ts';
import { readSecrets, type Secrets } from '../../src/host/config.ts';
import { createLog, type Log } from '../../src/host/log.ts';
import { readPolicy } from '../../src/host/policy-file.ts';

/** What a pod tells its run besides the policy; known even where the policy or a secret is wrong. */
export interface PodSettings {
  readonly slot: string | undefined;
  readonly terminationMessagePath: string | undefined;
}

/** What every command starts from: options, environment, policy, secrets. */
export interface Settings extends PodSettings {
  readonly policy: Policy;
  readonly secrets: Secrets;
  readonly json: boolean;
  /** Somebody is looking: a progress line and plain words instead of JSON lines. */
  readonly terminal: boolean;
  readonly log: Log;
  readonly workParent: string;
  readonly dropboxOrigin: string | undefined;
}

export function readSettings(command: Command): Settings {
  const { file, json } = command.optsWithGlobals<{ file?: string; json?: boolean }>();
  const env = process.env;
  const terminal = process.stderr.isTTY === true;
  return {
    policy: readPolicy(file, env),
    secrets: readSecrets(env),
    json: json === true,
    terminal,
    log: createLog(env['CASE_BACKUP_LOG_LEVEL'] ?? (terminal ? 'error' : 'info'), (line) => process.stderr.write(line)),
    workParent: env['CASE_BACKUP_WORK_DIR'] || tmpdir(),
    ...podSettings(env),
    dropboxOrigin: env['CASE_BACKUP_DROPBOX_ORIGIN'] || undefined,
  };
}

export function podSettings(env: NodeJS.ProcessEnv): PodSettings {
  return {
    slot: env['CASE_BACKUP_SLOT'] || undefined,
    terminationMessagePath: env['CASE_BACKUP_TERMINATION_MESSAGE'] || undefined,
  };
}
