import { conformance } from './conformance.ts';
import { openFixture } from './dropbox-fixture.ts';

conformance('A Dropbox folder', async () => {
  const fixture = await openFixture();
  const { tree } = fixture.emulator;
  const absolute = (path: string): string => `/BACKUPS/${path}`;
  tree.folder('/BACKUPS');
  return {
    store: fixture.store,
    rootless: fixture.at('/NOT-THERE'),
    clock: fixture.clock,
    async seed(path, bytes) {
      tree.put(absolute(path), bytes);
    },
    async seedFolder(path) {
      tree.folder(absolute(path));
    },
    async unseed(path) {
      tree.purge(absolute(path));
    },
    async dispose() {
      await fixture[Symbol.asyncDispose]();
    },
  };
});
