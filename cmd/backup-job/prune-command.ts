import { Command } from 'commander';
import { systemClock } from '../../src/host/clock.ts';
import { storesOf } from './open-stores.ts';
import { print, printJson, printLines } from './output.ts';
import { readSettings } from './settings.ts';
import { table } from './table.ts';

export const pruneCommand = (signal: AbortSignal): Command =>
  new Command('prune')
    .description('Applies retention now: deletes what newer verified backups have made dispensable.')
    .option('--dry-run', 'only show what would be deleted, and why the rest is kept')
    .option('--force', 'delete also where spec.retention.mode is Disabled or DryRun')
    .action(async (options: { dryRun?: boolean; force?: boolean }, command: Command) => {
      const settings = readSettings(command);
      const stores = storesOf(settings, systemClock);
      try {
        const destination = stores.openDestination();
        const { pruneOnly } = await import('../../src/repository/retention/prune-only.ts');
        const outcome = await pruneOnly(destination, settings.policy, {
          dryRun: options.dryRun === true,
          force: options.force === true,
          clock: systemClock,
          waits: stores.waits,
          signal,
        });
        if (settings.json) printJson(outcome);
        else {
          const word = outcome.isDryRun ? 'would delete' : 'deleted';
          const rows = [
            ...outcome.deleted.map((name) => [name, word, 'expired, and newer verified backups stand']),
            ...outcome.pending.map((name) => [name, 'expired', 'over maxDeletionsPerRun, a later run deletes it']),
            ...outcome.keep.map(({ name, reasons }) => [name, 'kept', reasons.join(', ')]),
          ];
          if (rows.length === 0) printLines([`no backups in ${destination.locate('')}`]);
          else print(`${table(rows.sort())}\n`);
          if (outcome.heldBecause !== undefined)
            printLines([`nothing ${outcome.isDryRun ? 'would be' : 'was'} deleted: ${outcome.heldBecause}`]);
        }
      } finally {
        await stores.close();
      }
    });
