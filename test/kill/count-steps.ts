/**
 * Preloaded into a job (`node --import`): counts its operations on files. With KILL_AT=k the process kills itself right
 * before the k-th; with STEPS_FILE it leaves the names of all of them there when it ends. Operations on SQLite's files
 * pass uncounted.
 */
import { type Dir, writeFileSync } from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const killAt = Number(process.env['KILL_AT']);
const stepsFile = process.env['STEPS_FILE'];
const steps: string[] = [];

function step(name: string): void {
  steps.push(name);
  if (steps.length === killAt) process.kill(process.pid, 'SIGKILL');
}

/** Counts the named methods of an object (a module, a prototype) from now on. */
function count(holder: object, prefix: string, names: readonly string[]): void {
  for (const name of names) {
    const original = Reflect.get(holder, name) as (...args: unknown[]) => unknown;
    Reflect.set(holder, name, function counted(this: unknown, ...args: unknown[]): unknown {
      step(`${prefix}${name}`);
      return original.apply(this, args);
    });
  }
}

const handle: FileHandle = await promises.open(process.execPath, 'r');
count(Object.getPrototypeOf(handle), 'handle.', ['read', 'write', 'writeFile', 'readFile', 'stat', 'sync', 'close']);
await handle.close();
const dir: Dir = await promises.opendir('/');
count(Object.getPrototypeOf(dir), 'dir.', ['read', 'close']);
await dir.close();
steps.length = 0;
count(promises, '', [
  'open',
  'opendir',
  'readdir',
  'readFile',
  'writeFile',
  'lstat',
  'stat',
  'statfs',
  'realpath',
  'mkdir',
  'rename',
  'link',
  'unlink',
  'rm',
  'utimes',
]);
syncBuiltinESMExports();

if (stepsFile) process.once('exit', () => writeFileSync(stepsFile, JSON.stringify(steps)));
