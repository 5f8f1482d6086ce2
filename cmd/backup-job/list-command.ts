import { Command } from 'commander';
import { systemClock } from '../../src/host/clock.ts';
import { identifyDestination } from '../../src/repository/identify-destination.ts';
import { storesOf } from './open-stores.ts';
import { print, printJson } from './output.ts';
import { readSettings } from './settings.ts';

export const listCommand = (signal: AbortSignal): Command =>
  new Command('list')
    .description('Shows what is stored at the destination, whose it is, and what proves it. Changes nothing.')
    .action(async (_options: object, command: Command) => {
      const settings = readSettings(command);
      const stores = storesOf(settings, systemClock);
      try {
        const destination = stores.openDestination();
        const { takeInventory } = await import('../../src/repository/inventory.ts');
        const { seriesOf } = await import('../../src/repository/series.ts');
        const { inventoryJson, inventoryTable } = await import('./show-inventory.ts');
        await identifyDestination(destination, signal);
        const inventory = await takeInventory(destination, signal);
        const series = seriesOf(settings.policy, inventory.records.records);
        if (settings.json) printJson(inventoryJson(inventory, destination, series));
        else print(inventoryTable(inventory, destination, series));
      } finally {
        await stores.close();
      }
    });
