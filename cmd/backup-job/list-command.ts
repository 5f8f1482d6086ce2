import { Command } from 'commander';
import { systemClock } from '../../src/host/clock.ts';
import { identifyDestination } from '../../src/repository/identify-destination.ts';
import { takeInventory } from '../../src/repository/inventory.ts';
import { seriesOf } from '../../src/repository/series.ts';
import { storesOf } from './open-stores.ts';
import { print, printJson } from './output.ts';
import { readSettings } from './settings.ts';
import { inventoryJson, inventoryTable } from './show-inventory.ts';

export const listCommand = (signal: AbortSignal): Command =>
  new Command('list')
    .description('Shows what is stored at the destination, whose it is, and what proves it. Changes nothing.')
    .action(async (_options: object, command: Command) => {
      const settings = readSettings(command);
      const stores = storesOf(settings, systemClock);
      try {
        const destination = stores.openDestination();
        await identifyDestination(destination, signal);
        const inventory = await takeInventory(destination, signal);
        const series = seriesOf(settings.policy, inventory.records.records);
        if (settings.json) printJson(inventoryJson(inventory, destination, series));
        else print(inventoryTable(inventory, destination, series));
      } finally {
        await stores.close();
      }
    });
