import { Command, Option } from 'commander';
import { counted } from '../../src/api/counted.ts';
import { systemClock } from '../../src/host/clock.ts';
import { identifyDestination } from '../../src/repository/identify-destination.ts';
import { storesOf } from './open-stores.ts';
import { printJson, printLines } from './output.ts';
import { readSettings } from './settings.ts';
import { formatBytes, verifiedHow } from './words.ts';

export const verifyCommand = (signal: AbortSignal): Command =>
  new Command('verify')
    .description('Checks a stored backup again. Changes no backup.')
    .argument('[backup]', 'name of the backup, such as 2026-11-23_backup.zip (default: the newest of this policy)')
    .addOption(
      new Option(
        '--level <level>',
        'Standard: size, hash, directory, manifest and some files of every case; Full: every byte',
      )
        .choices(['Standard', 'Full'])
        .default('Standard'),
    )
    .action(async (name: string | undefined, options: { level: 'Standard' | 'Full' }, command: Command) => {
      const settings = readSettings(command);
      const stores = storesOf(settings, systemClock);
      try {
        const destination = stores.openDestination();
        const { verifyStored } = await import('../../src/repository/verify/verify-stored.ts');
        await identifyDestination(destination, signal);
        let seen = 0;
        const outcome = await verifyStored(destination, name, {
          policy: settings.policy,
          level: options.level,
          clock: systemClock,
          signal,
          onBytes(count) {
            seen += count;
            if (settings.terminal) process.stderr.write(`\r\u001b[2Kread ${formatBytes(seen)}`);
          },
        });
        if (settings.terminal) process.stderr.write('\r\u001b[2K');
        if (settings.json) printJson(outcome);
        else {
          printLines([
            `✓ verified ${outcome.path} (${verifiedHow(outcome.verification)}): ${counted(outcome.cases, 'case')}, ${counted(outcome.files, 'file')}, ${formatBytes(outcome.bytes)}`,
            `  content_hash ${outcome.contentHash}`,
            ...outcome.warnings.map((warning) => `  warning   ${warning}`),
          ]);
        }
      } finally {
        await stores.close();
      }
    });
