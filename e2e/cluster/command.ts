import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
/** The longest of them builds an image: a minute and a half on two idle processors. */
const LONGEST_MS = 15 * 60_000;

/** What a program of the machine prints; it must end with 0 in time. Its own words are in the error. */
export async function command(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, [...args], { timeout: LONGEST_MS, maxBuffer: 64 << 20 });
  return stdout;
}

/** The same for one that may fail, because what it is to remove may be gone: then undefined. */
export async function attempt(program: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    return await command(program, ...args);
  } catch {
    return undefined;
  }
}
