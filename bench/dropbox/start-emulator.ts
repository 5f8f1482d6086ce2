import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cpuSecondsOf } from '../usage.ts';
import type { EmulatorAddress, Furnishing } from './emulator-process.ts';

export interface RunningEmulator extends EmulatorAddress, AsyncDisposable {
  /** What serving has cost so far, its furnishing aside. */
  servingCpuSeconds(): number;
  /** One file in fifty below /CASES becomes another of the same size. */
  changeFiles(): Promise<void>;
}

const PROCESS = fileURLToPath(new URL('emulator-process.ts', import.meta.url));

/** A fresh account for each run: nothing is already there, and what was uploaded is gone with it. */
export async function startEmulatorProcess(furnishing: Furnishing): Promise<RunningEmulator> {
  const child = spawn(process.execPath, [PROCESS, JSON.stringify(furnishing)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) throw new Error(`the emulator ended with ${(await ended).join(' ')} before it served`);
  const pid = child.pid ?? 0;
  const furnished = cpuSecondsOf(pid);
  return {
    ...(JSON.parse(first.value) as EmulatorAddress),
    servingCpuSeconds: () => cpuSecondsOf(pid) - furnished,
    async changeFiles() {
      child.stdin.write('\n');
      await lines.next();
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
