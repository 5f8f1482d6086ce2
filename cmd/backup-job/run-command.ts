import { Command } from 'commander';
import { systemClock } from '../../src/host/clock.ts';
import type { Run } from '../../src/host/run.ts';
import { makeWorkFolder } from '../../src/host/startup/environment.ts';
import { leaveEarlyMessage } from './early-message.ts';
import { loadRun } from './load-run.ts';
import { storesOf } from './open-stores.ts';
import { inRunShell } from './run-shell.ts';
import { readSettings } from './settings.ts';

interface RunFlags {
  readonly listen?: string;
}

export const runCommand = (signal: AbortSignal): Command =>
  new Command('run')
    .description('Makes, verifies and stores one backup, then applies retention.')
    .option('--listen <address>', 'serve /metrics, /run and /healthz on [ADDRESS:]PORT while the run goes on')
    .action(async (flags: RunFlags, command: Command) => {
      let hasReport = false;
      try {
        await run(flags, command, signal, () => {
          hasReport = true;
        });
      } catch (error) {
        if (!hasReport) leaveEarlyMessage(error, command.optsWithGlobals<{ file?: string }>().file);
        throw error;
      }
    });

async function run({ listen }: RunFlags, command: Command, signal: AbortSignal, onReport: () => void): Promise<void> {
  const settings = readSettings(command);
  makeWorkFolder(process.env);
  const { policy, slot, log, workParent } = settings;
  const { databaseUrl } = settings.secrets;
  const stores = storesOf(settings, systemClock);
  try {
    const [source, destination] = [stores.openSource(), stores.openDestination()];
    const { openJournal, runInTime } = await loadRun();
    await inRunShell({ settings, listen, registry: stores.registry }, async (onStart) => {
      const report = await runInTime({
        policy,
        slot,
        source,
        destination,
        openJournal:
          databaseUrl === undefined
            ? undefined
            : (budgetMs, until, waits) =>
                openJournal(databaseUrl, { clock: systemClock, log, budgetMs, signal: until, waits }),
        clock: systemClock,
        log,
        workParent,
        waits: stores.waits,
        signal,
        onStart(run) {
          onStart(run);
          warnOfUncheckedTls(run);
        },
      });
      onReport();
      return report;
    });
  } finally {
    await stores.close();
  }
}

/** Node says so once on standard error, where it is one line of many. */
function warnOfUncheckedTls({ warn }: Run): void {
  if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
    warn('TlsUnchecked', 'NODE_TLS_REJECT_UNAUTHORIZED=0 is set: no certificate is checked, so anybody may answer');
}
