import type { ChildProcess } from 'node:child_process';

/** What still runs when this process ends, with its tests done or half done, is ended with it. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Returns the child. A crash of this process leaves it to itself. */
export function ownChild<T extends ChildProcess>(child: T): T {
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}
