#!/usr/bin/env node
import { endSoon } from '../../src/host/end-process.ts';
import { abortOnSignals } from '../../src/host/shutdown.ts';

// What lies in the work folder is read by nobody else either, and by ourselves whatever the umask was.
process.umask(0o077);
// Before the rest is loaded, which takes half a second, and many in a throttled pod: to process 1 of a container a
// signal without a handler is none, so a pod that is evicted meanwhile would work on until it is killed.
const { signal } = abortOnSignals();
const { runProgram } = await import('./program.ts');
await runProgram(signal);
endSoon();
