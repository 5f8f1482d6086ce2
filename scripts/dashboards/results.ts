import { words } from './look.ts';

/** A result has one colour wherever it is drawn; its name always stands beside it. */
export const RESULT_COLOURS: Readonly<Record<string, string>> = {
  Succeeded: 'green',
  Incomplete: 'orange',
  Failed: 'red',
  Interrupted: 'purple',
  Skipped: 'blue',
};

export const LAST_RUN = words({
  0: ['failed', 'red'],
  1: ['succeeded', 'green'],
  2: ['not known', 'purple'],
  3: ['none yet', 'blue'],
});

export const PROVEN = words({ 0: ['no', 'red'], 1: ['yes', 'green'], 2: ['not known', 'purple'] });
