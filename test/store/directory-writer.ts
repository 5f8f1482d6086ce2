/** `node directory-writer.ts ROOT` writes 4 MiB to the directory store and prints how that failed. */
import { systemClock } from '../../src/host/clock.ts';
import { asFailure } from '../../src/host/errors.ts';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import { inChunks, MIB, never, pattern } from './conformance/fixture.ts';

const store = openDirectoryStore(process.argv[2] ?? '', { clock: systemClock });
await store.write('incoming/run.zip', inChunks(pattern(4 * MIB)), {}, never).then(
  () => console.log('stored'),
  (error: unknown) => {
    const { exit, code } = asFailure(error);
    console.log(exit, code);
  },
);
