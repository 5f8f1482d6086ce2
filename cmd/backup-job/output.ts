import { errorCode, messageOf } from '../../src/host/errors.ts';
import { printable, printableJson } from '../../src/host/printable.ts';

/** The result of a command: text for people, of which what other hands wrote was made printable, or one value for programs. */
export const print = (text: string): void => void process.stdout.write(text);
export const printLines = (lines: readonly string[]): void =>
  print(lines.map((line) => `${printable(line)}\n`).join(''));
export const printJson = (value: unknown): void => print(`${printableJson(value)}\n`);

/**
 * Whoever reads the output may leave (`list | head`), and its disk may be full: neither may stop a backup, nor end a
 * command with a stack. A reader that left wants no more; of anything else standard error tells, and `onLost` hears.
 */
export function surviveLostOutput(onLost: () => void): void {
  // Of a log that can't be written nobody can be told.
  process.stderr.on('error', () => undefined);
  let isTold = false;
  process.stdout.on('error', (error) => {
    if (isTold || errorCode(error) === 'EPIPE') return;
    isTold = true;
    process.stderr.write(`backup-job: the result could not be printed: ${messageOf(error)}\n`);
    onLost();
  });
}
