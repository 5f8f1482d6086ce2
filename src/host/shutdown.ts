import { endProcess } from './end-process.ts';
import { Failure } from './errors.ts';

/**
 * SIGINT and SIGTERM as an AbortSignal whose reason is the Failure that the run will report. The process then ends by
 * itself with 130 or 143, never 0: a pod that was evicted and still exited 0 would count as succeeded
 * (kubernetes#141483). A second signal ends it at once.
 */
export function abortOnSignals(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const onSignal = (name: 'SIGINT' | 'SIGTERM'): void => {
    const failure =
      name === 'SIGINT'
        ? new Failure('Interrupted', 'stopped by SIGINT')
        : new Failure('Terminated', 'stopped by SIGTERM');
    if (controller.signal.aborted) endProcess(failure.exitCode);
    controller.abort(failure);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    dispose() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
