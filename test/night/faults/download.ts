import assert from 'node:assert/strict';
import { scenario } from '../scenario.ts';

const LETTER = '/CASES/USA002_Client 2/letter.txt';
const FILM = '/CASES/USA001_Client 1/film.mp4';
const forever = Number.POSITIVE_INFINITY;

const isCaseDownload = (route: string, paths: readonly string[]): boolean =>
  route === 'files/download' && paths.some((path) => path.toLowerCase().startsWith('/cases/'));

scenario('a file that is gone between listing and download makes the backup incomplete', {
  row: 9,
  exit: 'incomplete',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'files/download',
      path: LETTER,
      times: forever,
      effect: { kind: 'refusal', error: 'path/not_found' },
    }),
});

scenario('a file that is deleted for good between listing and download makes the backup incomplete, and is named', {
  row: 9,
  exit: 'incomplete',
  fault({ emulator }) {
    let downloads = 0;
    return emulator.faults.onRequest(({ route, paths }) => {
      if (isCaseDownload(route, paths) && ++downloads === 1) emulator.tree.purge(LETTER);
    });
  },
  check: (_, report) => assert.deepEqual(report.failingPaths, [LETTER.slice('/CASES/'.length)]),
});

scenario('a file that is deleted between listing and download is archived as long as Dropbox still has its revision', {
  row: 9,
  exit: 'succeeded',
  fault({ emulator }) {
    let downloads = 0;
    return emulator.faults.onRequest(({ route, paths }) => {
      if (isCaseDownload(route, paths) && ++downloads === 1) emulator.tree.remove(LETTER);
    });
  },
});

scenario('a file that changed after it was listed is archived as it was listed', {
  row: 10,
  exit: 'succeeded',
  fault({ emulator }) {
    let downloads = 0;
    return emulator.faults.onRequest(({ route, paths }) => {
      if (isCaseDownload(route, paths) && ++downloads === 1) emulator.tree.put(LETTER, 'rewritten');
    });
  },
});

scenario('a file that keeps changing is archived as it was listed', {
  row: 11,
  exit: 'succeeded',
  fault({ emulator }) {
    let version = 0;
    return emulator.faults.onRequest(({ route, paths }) => {
      if (isCaseDownload(route, paths)) emulator.tree.put(LETTER, `version ${++version}`);
    });
  },
});

for (const [what, path] of [
  ['small', LETTER],
  ['large', FILM],
] as const) {
  scenario(`a ${what} file whose transfer is cut without an error is read again`, {
    row: 13,
    exit: 'succeeded',
    fault: ({ emulator }) =>
      void emulator.faults.add({
        route: 'files/download',
        path,
        effect: { kind: 'truncate', bytes: 1000, framing: 'chunked' },
      }),
  });

  scenario(`a ${what} file with a wrong byte is read again`, {
    row: 14,
    exit: 'succeeded',
    fault: ({ emulator }) =>
      void emulator.faults.add({ route: 'files/download', path, effect: { kind: 'flip', at: 100 } }),
  });

  scenario(`a ${what} file whose transfer stalls is read again`, {
    row: 15,
    exit: 'succeeded',
    fault: ({ emulator }) =>
      void emulator.faults.add({
        route: 'files/download',
        path,
        effect: { kind: 'hang', at: 'body', afterBytes: 500 },
      }),
  });

  scenario(`a ${what} file whose connection breaks is read on`, {
    row: 16,
    exit: 'succeeded',
    fault: ({ emulator }) =>
      void emulator.faults.add({
        route: 'files/download',
        path,
        effect: { kind: 'reset', at: 'responseBody', afterBytes: 700 },
      }),
  });

  scenario(`a ${what} file whose connection always breaks at the same byte is left out, since others can be had`, {
    row: 17,
    exit: 'incomplete',
    fault: ({ emulator }) =>
      void emulator.faults.add({
        route: 'files/download',
        path,
        times: forever,
        effect: { kind: 'reset', at: 'headers' },
      }),
  });
}
