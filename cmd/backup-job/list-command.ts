import { Command } from 'commander';
import { systemClock } from '../../src/host/clock.ts';
import { takeInventory } from '../../src/repository/inventory.ts';
import { inventoryJson, inventoryTable } from './inventory-words.ts';
import { openStores } from './open-stores.ts';
import { readSettings } from './settings.ts';

export const listCommand = (signal: AbortSignal): Command =>
  new Command('list')
    .description('Shows what is stored at the destination and what proves it. Changes nothing.')
    .action(async (_options: object, command: Command) => {
      const settings = readSettings(command);
      const stores = openStores(settings, systemClock);
      try {
        await stores.destination.identify(signal);
        const inventory = await takeInventory(stores.destination, signal);
        process.stdout.write(
          settings.json
            ? `${JSON.stringify(inventoryJson(inventory, stores.destination))}\n`
            : inventoryTable(inventory, stores.destination),
        );
      } finally {
        await stores.close();
      }
    });
