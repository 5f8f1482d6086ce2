import { Command } from 'commander';
import { runBackup } from '../../src/backup/run.ts';
import { systemClock } from '../../src/host/clock.ts';
import { messageOf } from '../../src/host/errors.ts';
import type { HttpServer } from '../../src/host/http.ts';
import { writeTerminationMessage } from '../../src/host/termination-message.ts';
import { openJournal } from '../../src/journal/postgres.ts';
import { leaveEarlyMessage } from './early-message.ts';
import { storesOf } from './open-stores.ts';
import { serveRun } from './serve-run.ts';
import { readSettings } from './settings.ts';
import { showRun } from './show-run.ts';

interface RunFlags {
  readonly listen?: string;
}

export const runCommand = (signal: AbortSignal): Command =>
  new Command('run')
    .description('Makes, verifies and stores one backup, then applies retention.')
    .option('--listen <address>', 'serve /metrics, /run and /healthz on [ADDRESS:]PORT while the run goes on')
    .action(async (flags: RunFlags, command: Command) => {
      let hasRun = false;
      try {
        await run(flags, command, signal, () => {
          hasRun = true;
        });
      } catch (error) {
        if (!hasRun) await leaveEarlyMessage(error, command.optsWithGlobals<{ file?: string }>().file);
        throw error;
      }
    });

async function run({ listen }: RunFlags, command: Command, signal: AbortSignal, onReport: () => void): Promise<void> {
  const settings = readSettings(command);
  const { databaseUrl } = settings.secrets;
  const display = showRun(settings);
  const stores = storesOf(settings, systemClock);
  let server: HttpServer | undefined;
  try {
    const [source, destination] = [stores.openSource(), stores.openDestination()];
    const page = serveRun(stores.registry);
    if (listen !== undefined) server = await page.listen(listen, settings.log);
    const report = await runBackup({
      policy: settings.policy,
      slot: settings.slot,
      source,
      destination,
      openJournal:
        databaseUrl === undefined
          ? undefined
          : (budgetMs, signal) => openJournal(databaseUrl, { clock: systemClock, log: settings.log, budgetMs, signal }),
      clock: systemClock,
      log: settings.log,
      workParent: settings.workParent,
      signal,
      onStart(night) {
        page.attach(night);
        display.follow(night);
      },
    });
    onReport();
    display.end(report);
    process.exitCode = report.exitCode;
    try {
      await writeTerminationMessage(settings.terminationMessagePath, report);
    } catch (error) {
      // The run is what it is; without a report the controller will not believe in its success.
      settings.log.error({}, `the termination message could not be written: ${messageOf(error)}`);
    }
  } finally {
    await server?.close();
    await stores.close();
  }
}
