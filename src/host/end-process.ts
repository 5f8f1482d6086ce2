import process from 'node:process';

/**
 * Ends this process now, also while a call into a file system whose server is gone holds one of libuv's threads:
 * `process.exit` waits for those for ever (uv_library_shutdown joins them). So a program that ends at once takes the
 * process's place, which takes its threads with it.
 */
export function endProcess(code: number): never {
  process.execve?.(process.execPath, [process.execPath, '--eval', `process.exit(${code})`], {});
  process.exit(code);
}

/** What is still at work by then is a call that does not return, or a connection that nobody needs any more. */
const LINGER_MS = 3_000;

/** Lets a process that has done its work end by itself, and ends it where something holds it. */
export function endSoon(): void {
  setTimeout(() => endProcess(Number(process.exitCode ?? 0)), LINGER_MS).unref();
}
