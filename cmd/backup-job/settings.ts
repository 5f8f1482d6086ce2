import type { Command } from 'commander';
import type { Policy } from '../../src/api/policy.ts';
import { Failure } from '../../src/host/errors.ts';
import { createLog, type Log } from '../../src/host/log.ts';
import { readSecrets, type Secrets } from '../../src/host/startup/config.ts';
import { dropboxOrigin, logLevel, workFolder } from '../../src/host/startup/environment.ts';
import { readPolicy } from '../../src/host/startup/policy-file.ts';

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
  assertSlot(env[SLOT]);
  return {
    policy: readPolicy(file, env),
    secrets: readSecrets(env),
    json: json === true,
    terminal,
    log: createLog(logLevel(env, terminal ? 'error' : 'info'), (line) => process.stderr.write(line)),
    workParent: workFolder(env),
    ...podSettings(env),
    dropboxOrigin: dropboxOrigin(env),
  };
}

const SLOT = 'CASE_BACKUP_SLOT';
/** As much as a record and a report hold. */
const SLOT_FORM = /^[\w.-]{1,253}$/;

function assertSlot(slot: string | undefined): void {
  if (!slot || SLOT_FORM.test(slot)) return;
  const wrong = slot.length > 253 ? `has ${slot.length} characters` : 'has characters that no UID has';
  throw new Failure('SlotInvalid', `${SLOT} ${wrong}`, {
    hint: "leave it unset; in Kubernetes it is the Job's UID, and the controller sets it",
  });
}

/** Of a slot that is none nothing is said: the run is refused for it. */
export function podSettings(env: NodeJS.ProcessEnv): PodSettings {
  const slot = env[SLOT] ?? '';
  return {
    slot: SLOT_FORM.test(slot) ? slot : undefined,
    terminationMessagePath: env['CASE_BACKUP_TERMINATION_MESSAGE'] || undefined,
  };
}
