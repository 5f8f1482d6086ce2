import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { memoryContent } from '../../dropbox/contents.ts';
import { scenario } from '../scenario.ts';

const MIB = 1024 * 1024;
const FOLDER = '/CASES/USA003_Client 3';
const MINUTES = Buffer.from('<h1>Minutes</h1>');
const forever = Number.POSITIVE_INFINITY;

scenario('files of every awkward size are archived', {
  row: 18,
  exit: 'succeeded',
  fault({ emulator }) {
    for (const size of [0, 1, 4 * MIB, 4 * MIB + 1, 150 * MIB, 150 * MIB + 1]) {
      emulator.tree.put(`${FOLDER}/size ${size}.bin`, { size, seed: size });
    }
  },
});

scenario('a document that can only be exported is archived as its export', {
  row: 20,
  exit: 'succeeded',
  fault({ emulator }) {
    emulator.tree.put(`${FOLDER}/Minutes.paper`, 'x', {
      flags: { downloadable: false, exportFormats: ['md', 'html'], exported: memoryContent(MINUTES) },
    });
  },
  expected(before) {
    const contents = new Map(before);
    contents.delete('USA003_Client 3/Minutes.paper');
    return contents.set('USA003_Client 3/Minutes.paper.html', createHash('sha256').update(MINUTES).digest('hex'));
  },
});

scenario('a document whose export keeps failing makes the backup incomplete', {
  row: 20,
  exit: 'incomplete',
  fault({ emulator }) {
    emulator.tree.put(`${FOLDER}/Minutes.paper`, 'minutes', {
      flags: { downloadable: false, exportFormats: ['html'] },
    });
    emulator.faults.add({ route: 'files/export', times: forever, effect: { kind: 'refusal', error: 'retry_error' } });
  },
  heal: ({ emulator }) => emulator.tree.remove(`${FOLDER}/Minutes.paper`),
});

scenario('content that Dropbox withholds makes the backup incomplete, with the reason', {
  row: 21,
  exit: 'incomplete',
  fault({ emulator }) {
    emulator.tree.flag(`${FOLDER}/letter.txt`, { restricted: true });
    emulator.tree.flag(`${FOLDER}/form.pdf`, { locked: true });
  },
  check(_, report) {
    assert.match(report.message, /1 restricted_content/);
    assert.match(report.message, /1 locked/);
    assert.deepEqual(report.failingPaths.toSorted(), ['USA003_Client 3/form.pdf', 'USA003_Client 3/letter.txt']);
  },
  heal({ emulator }) {
    emulator.tree.flag(`${FOLDER}/letter.txt`, undefined);
    emulator.tree.flag(`${FOLDER}/form.pdf`, undefined);
  },
});

scenario('a name that no archive can hold is accounted for and never stored under another', {
  row: 23,
  exit: 'incomplete',
  fault({ emulator }) {
    emulator.tree.put(`${FOLDER}/bad \ud800 name.txt`, 'one');
  },
  check: (_, report) => assert.match(report.message, /1 invalid_name/),
  heal({ emulator }) {
    emulator.tree.remove(`${FOLDER}/bad \ud800 name.txt`);
  },
});

scenario('two names that would both become the same in UTF-8 are both accounted for, and neither is stored', {
  row: 23,
  exit: 'incomplete',
  fault({ emulator }) {
    for (const half of ['\ud800', '\ud801', '\udfff']) emulator.tree.put(`${FOLDER}/${half}.txt`, half);
    emulator.tree.put(`${FOLDER}/\ufffd.txt`, 'a real replacement character');
  },
  check: (_, report) => assert.match(report.message, /3 invalid_name/),
  heal({ emulator }) {
    for (const half of ['\ud800', '\ud801', '\udfff']) emulator.tree.remove(`${FOLDER}/${half}.txt`);
  },
});
