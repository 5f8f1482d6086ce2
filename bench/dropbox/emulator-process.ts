import { createInterface } from 'node:readline';
import { startEmulator } from '../../test/dropbox/emulator.ts';
import { listTree } from '../archive/tree.ts';

/** What lies under /CASES: a folder's files, one of which may come slowly, or so many empty ones. */
export type Furnishing =
  | { readonly folder: string; readonly slow?: SlowFile }
  | { readonly cases: number; readonly filesPerCase: number };

export interface SlowFile {
  /** Within the folder. */
  readonly name: string;
  readonly bytesPerSecond: number;
}

const DRIPS_PER_SECOND = 10;
const FILES_PER_CHANGE = 50;

/** What the process prints as JSON once it serves. */
export interface EmulatorAddress {
  readonly origin: string;
  readonly credentials: Readonly<Record<'appKey' | 'appSecret' | 'refreshToken' | 'accessToken', string>>;
}

/**
 * `node emulator-process.ts FURNISHING`: a Dropbox account in a process of its own, so that its work and memory are not
 * counted as ours. For each line of its standard input it changes some files and says `{}`; it ends when that does, and so
 * with whoever started it.
 */
const furnishing = JSON.parse(process.argv[2] ?? '') as Furnishing;
const emulator = await startEmulator();
if ('folder' in furnishing) {
  for (const { path, name, modified } of listTree(furnishing.folder)) {
    emulator.tree.put(`/CASES/${name}`, { file: path }, { clientModified: modified });
  }
  const { slow } = furnishing;
  if (slow) {
    const bytes = Math.ceil(slow.bytesPerSecond / DRIPS_PER_SECOND);
    const effect = { kind: 'drip', bytes, everyMs: 1_000 / DRIPS_PER_SECOND } as const;
    const path = `/CASES/${slow.name}`.toLowerCase();
    emulator.faults.add({ route: 'files/download', path, times: Number.POSITIVE_INFINITY, effect });
  }
} else emulator.tree.generate({ path: '/CASES', ...furnishing });
const { origin, credentials } = emulator;
process.stdout.write(`${JSON.stringify({ origin, credentials } satisfies EmulatorAddress)}\n`);
createInterface({ input: process.stdin })
  .on('line', () => {
    changeFiles();
    process.stdout.write('{}\n');
  })
  .once('close', () => emulator.close());

/** What an office does in a day: one file in fifty is another of the same size. */
function changeFiles(): void {
  for (const [index, path] of emulator.tree.files('/CASES').entries()) {
    if (index % FILES_PER_CHANGE === 0)
      emulator.tree.put(path, { size: emulator.tree.stat(path).size, seed: index + 1 });
  }
}
