import { systemClock } from '../../src/host/clock.ts';
import { conformance } from './conformance.ts';
import { openMemoryStore } from './memory/memory-store.ts';
import { memoryTree } from './memory/memory-tree.ts';

conformance('The tests’ memory', async () => {
  const tree = memoryTree(systemClock);
  tree.makeFolder('/ROOT');
  return {
    store: openMemoryStore(tree, '/ROOT'),
    rootless: openMemoryStore(tree, '/MISSING/ROOT'),
    clock: systemClock,
    seed: async (path, bytes) => void tree.put(`/ROOT/${path}`, bytes),
    seedFolder: async (path) => tree.makeFolder(`/ROOT/${path}`),
    unseed: async (path) => tree.remove(`/ROOT/${path}`),
    dispose: async () => undefined,
  };
});
