import { writeSync } from 'node:fs';
import { ownUsage } from './usage.ts';

/** Loaded with --import in front of a program as it is; tells on file descriptor 3 what the process has cost. */
const USAGE_DESCRIPTOR = 3;

process.once('exit', () => writeSync(USAGE_DESCRIPTOR, JSON.stringify(ownUsage())));
