import type { Source } from '../../../src/store/store.ts';
import type { Step } from './office-source.ts';

/** A store that calls back before and after each page of a listing, and before each look. */
export function steppedSource(store: Source, onStep: Step): Source {
  return {
    ...store,
    async *list(folder, options, signal) {
      await onStep(`list ${folder}`);
      for await (const page of store.list(folder, options, signal)) {
        yield page;
        await onStep(`page of ${folder}`);
      }
    },
    async look(folder, signal) {
      await onStep(`look ${folder}`);
      return await store.look?.(folder, signal);
    },
  };
}
