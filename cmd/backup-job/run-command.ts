import { Command } from 'commander';
import { runBackup } from '../../src/backup/run.ts';
import { writeTerminationMessage } from '../../src/backup/termination-message.ts';
import { systemClock } from '../../src/host/clock.ts';
import type { HttpServer } from '../../src/host/http.ts';
import { abortOnSignals } from '../../src/host/shutdown.ts';
import { openJournal } from '../../src/journal/postgres.ts';
import { openStores } from './open-stores.ts';
import { serveRun } from './serve-run.ts';
import { readSettings } from './settings.ts';
import { showRun } from './show-run.ts';

export const runCommand = (): Command =>
  new Command('run')
    .description('Makes, verifies and stores one backup, then applies retention.')
    .option('--listen <address>', 'serve /metrics, /run and /healthz on [ADDRESS:]PORT while the run goes on')
    .action(async (options: { listen?: string }, command: Command) => {
      const settings = readSettings(command);
      const { databaseUrl } = settings.secrets;
      const signals = abortOnSignals();
      const display = showRun(settings);
      const stores = openStores(settings, systemClock);
      let server: HttpServer | undefined;
      try {
        const page = serveRun(stores.registry);
        if (options.listen !== undefined) server = await page.listen(options.listen);
        const report = await runBackup({
          policy: settings.policy,
          slot: settings.slot,
          source: stores.source,
          destination: stores.destination,
          openJournal:
            databaseUrl === undefined
              ? undefined
              : (budgetMs) => openJournal(databaseUrl, { clock: systemClock, log: settings.log, budgetMs }),
          clock: systemClock,
          log: settings.log,
          workParent: settings.workParent,
          signal: signals.signal,
          onStart(night) {
            page.attach(night);
            display.follow(night);
          },
        });
        display.end(report);
        await writeTerminationMessage(settings.terminationMessagePath, report);
        process.exitCode = report.exitCode;
      } finally {
        await server?.close();
        await stores.close();
        signals.dispose();
      }
    });
