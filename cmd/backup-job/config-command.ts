import { Command } from 'commander';
import { stringify } from 'yaml';
import { readSecret, SECRET_NAMES } from '../../src/host/startup/config.ts';
import { readSettings } from './settings.ts';

export const configCommand = (): Command =>
  new Command('config')
    .description('Shows the policy with every default filled in, and which secrets are set. Never shows a secret.')
    .action((_options: object, command: Command) => {
      const { policy, json, workParent, slot } = readSettings(command);
      const secrets = Object.fromEntries(
        SECRET_NAMES.map((name) => [name, readSecret(process.env, name) === undefined ? 'unset' : 'set']),
      );
      const shown = {
        policy: { apiVersion: policy.apiVersion, kind: policy.kind, metadata: policy.metadata, spec: policy.spec },
        secrets,
        workFolder: workParent,
        slot: slot ?? null,
      };
      process.stdout.write(json ? `${JSON.stringify(shown)}\n` : stringify(shown));
    });
