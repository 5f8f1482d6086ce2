import type { JobBoard } from './jobs.ts';
import { nested, Refusal, type Tagged } from './wire.ts';
import type { Call } from './world.ts';

/** Does a batch's entries in order; `succeeded` and `failed` say how each result is written. */
export async function eachEntry<E, R>(
  call: Call,
  entries: readonly E[],
  work: (entry: E) => R | Promise<R>,
  written: { succeeded: (result: R) => object; failed?: (error: Tagged) => Tagged },
): Promise<object[]> {
  const refused = call.effect('entryRefusal');
  const failure = (error: Tagged) => ({ '.tag': 'failure', failure: written.failed?.(error) ?? error });
  const results: object[] = [];
  for (const [index, entry] of entries.entries()) {
    const spoiled = refused?.entry === index ? nested(refused.error) : undefined;
    try {
      if (spoiled && !refused?.applied) throw new Refusal(spoiled);
      const result = await work(entry);
      results.push(spoiled ? failure(spoiled) : { '.tag': 'success', ...written.succeeded(result) });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      results.push(failure(error.error));
    }
  }
  return results;
}

/** The answer of a launch: the work is done, but only a later check tells. */
export function launched(call: Call, kind: string, entries: readonly object[]): Tagged {
  const failed = call.effect('failedJob');
  const result = failed ? nested('failed', { failed: nested(failed.error) }) : nested('complete', { entries });
  const id = call.world.jobs.start(kind, result, call.effect('slowJob')?.checks ?? 0);
  return nested('async_job_id', { async_job_id: id });
}

export function checked(jobs: JobBoard, kind: string, id: string): { json: Tagged } {
  return { json: jobs.check(kind, id) };
}
