import assert from 'node:assert/strict';
import type { RunReport } from '../../../src/api/report.ts';
import { hashBytes } from '../../../src/store/content-hash.ts';
import type { FileEntry, Source } from '../../../src/store/store.ts';
import { scenario } from '../scenario.ts';

const forever = Number.POSITIVE_INFINITY;
const LETTER = 'USA002_Client 2/letter.txt';
const FILM = 'USA001_Client 1/film.mp4';

/** A store whose reads of one file end as `spoil` says: the small file's load, the large one's stream. */
function spoiled(path: string, spoil: () => void): (source: Source) => Source {
  const isIt = (file: FileEntry): boolean => file.path.toLowerCase() === path.toLowerCase();
  return (source) => ({
    ...source,
    async load(file, signal) {
      const loaded = await source.load(file, signal);
      if (!isIt(file)) return loaded;
      spoil();
      const bytes = loaded.bytes.subarray(0, -1000);
      return { bytes, digest: hashBytes(bytes) };
    },
    async *stream(file, signal) {
      if (!isIt(file)) return yield* source.stream(file, signal);
      const pieces: Buffer[] = [];
      for await (const piece of source.stream(file, signal)) {
        // A copy: what was passed on is its reader's, whatever that does with it.
        pieces.push(Buffer.from(piece));
        yield piece;
        break;
      }
      spoil();
      return hashBytes(Buffer.concat(pieces));
    },
  });
}

const named = (path: string) => (_: unknown, report: RunReport) => {
  assert.deepEqual(report.failingPaths, [path]);
  assert.match(report.message, /1 transfer_failed/);
};

for (const [what, path] of [
  ['small', LETTER],
  ['large', FILM],
] as const) {
  scenario(`a ${what} file whose reading throws in the middle ends the run and leaves nothing`, {
    row: 16,
    exit: 'failed',
    reason: 'Unexpected',
    night: {
      wrapSource: spoiled(path, () => {
        throw new Error('the source broke');
      }),
    },
    fault: () => undefined,
    check: (_, report) => assert.match(report.message, /the source broke/),
  });

  scenario(`a ${what} file that silently comes shorter than listed is never archived as if it were whole`, {
    row: 17,
    exit: 'incomplete',
    night: { wrapSource: spoiled(path, () => undefined) },
    fault: () => undefined,
    check: named(path),
  });

  for (const [does, effect] of [
    [
      'whose transfer always ends without an error and too early is left out',
      { kind: 'truncate', bytes: 0, framing: 'chunked' },
    ],
    ["that the service can't give for hours is left out, since others can be had", { kind: 'status', status: 500 }],
    ['that comes with a wrong byte each time is left out and named', { kind: 'flip', at: 100 }],
  ] as const) {
    scenario(`a ${what} file ${does}`, {
      row: 17,
      exit: 'incomplete',
      fault: ({ emulator }) =>
        void emulator.faults.add({ route: 'files/download', path: `/CASES/${path}`, times: forever, effect }),
      check: named(path),
    });
  }
}

scenario('a way on which every file comes with a wrong byte ends the run: that is no matter of single files', {
  row: 17,
  exit: 'failed',
  reason: 'SourceTransferWrong',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'files/download',
      path: /^\/cases\//,
      times: forever,
      effect: { kind: 'flip', at: 1 },
    }),
});

scenario('a service that gives no file at all for an hour runs out of time', {
  row: 17,
  exit: 'outOfTime',
  fault: ({ emulator }) =>
    void emulator.faults.add({ route: 'files/download', times: forever, effect: { kind: 'status', status: 500 } }),
});
