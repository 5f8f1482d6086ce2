import { Command } from 'commander';
import { stringify } from 'yaml';
import { readSecret, SECRET_NAMES } from '../../src/host/startup/config.ts';
import { printJson, printLines } from './output.ts';
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
      if (json) printJson(shown);
      else printLines(stringify(shown).trimEnd().split('\n'));
    });
