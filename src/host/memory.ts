import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/** Smaller ones may be a piece of a buffer that node shares out (8 KiB), and are not worth the call. */
const WORTH_BYTES = 64 * 1024;

/**
 * Gives the memory of a buffer back at once, for one of which nobody else has a piece and that no system call uses any
 * more. Left to the garbage collector, the contents of a night take 30 MiB more of the job's 256. Whoever still reads
 * the buffer finds it empty, so a mistake here is no silent one.
 */
export function giveBack({ buffer }: Buffer): void {
  if (buffer.byteLength > WORTH_BYTES && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** The heap is 25 MiB with so many files, and 40 MiB with a million. */
const FEW_FILES = 100_000;

/**
 * V8 counts the contents that are on their way as if they were heap, and in a container of 256 MiB marks all of a small
 * heap anew for every 10 MiB of them: a quarter of the job's CPU. With few files the heap is small enough that it may
 * grow to four times its size in between; with many, that memory is wanted for them.
 */
export function collectGarbageFor(files: number): void {
  if (files <= FEW_FILES) setFlagsFromString('--heap-growing-percent=300');
}

/** What the container may use (memory.max of its cgroup); undefined where nobody set a limit, which Node tells as 0 or as 16 EiB. */
export function memoryLimit(): number | undefined {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : undefined;
}
