import { writeSync } from 'node:fs';
import type { Spent } from './measured-process.ts';
import { ownUsage } from './usage.ts';

/** Loaded with --import in front of a program as it is; tells on file descriptor 3 what the process has cost (Spent). */
const USAGE_DESCRIPTOR = 3;

process.once('exit', () => {
  const { user, system } = process.threadCpuUsage();
  const spent: Spent = { ...ownUsage(), mainThreadCpuSeconds: (user + system) / 1e6 };
  writeSync(USAGE_DESCRIPTOR, JSON.stringify(spent));
});
