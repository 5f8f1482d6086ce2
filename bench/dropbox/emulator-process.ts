import { readFileSync } from 'node:fs';
import { startEmulator } from '../../test/dropbox/emulator.ts';
import { listTree } from '../archive/tree.ts';

/** What lies under /CASES: a folder's files, or so many empty ones. */
export type Furnishing = { readonly folder: string } | { readonly cases: number; readonly filesPerCase: number };

/** What the process prints as JSON once it serves. */
export interface EmulatorAddress {
  readonly origin: string;
  readonly credentials: Readonly<Record<'appKey' | 'appSecret' | 'refreshToken' | 'accessToken', string>>;
}

/**
 * `node emulator-process.ts FURNISHING`: a Dropbox account in a process of its own, so that its work and memory are not
 * counted as ours. It ends when its standard input does, and so with whoever started it.
 */
const furnishing = JSON.parse(process.argv[2] ?? '') as Furnishing;
const emulator = await startEmulator();
if ('folder' in furnishing) {
  for (const { path, name, modified } of listTree(furnishing.folder)) {
    emulator.tree.put(`/CASES/${name}`, readFileSync(path), { clientModified: modified });
  }
} else emulator.tree.generate({ path: '/CASES', ...furnishing });
const { origin, credentials } = emulator;
process.stdout.write(`${JSON.stringify({ origin, credentials } satisfies EmulatorAddress)}\n`);
process.stdin.resume().once('end', () => emulator.close());
