import { encodeName } from '../../../src/backup/listing/archive-names.ts';
import { scenario } from '../scenario.ts';

const FOLDER = '/CASES/Awkward Names';

/** Trust table row 22; each is legal in Dropbox, some are not on Windows, some are twins after folding. */
const NAMES = [
  '__proto__',
  'constructor',
  'CON',
  'nul.txt',
  'trailing dot.',
  'Smith: v. Jones?.txt',
  'emoji 😀👩‍👩‍👧.txt',
  'שלום עולם.pdf',
  'line\nbreak.txt',
  '=cmd().csv',
  '100%41.txt',
  'a"b<c>d|e*f.txt',
  `${'x'.repeat(251)}.txt`,
];

scenario('awkward names come back from somebody else’s unzip, each as its reversible safe form', {
  row: 22,
  exit: 'succeeded',
  fault({ emulator }) {
    for (const [n, name] of NAMES.entries()) emulator.tree.put(`${FOLDER}/${name}`, `content ${n}`);
    emulator.tree.put(`${FOLDER}/${'deep/'.repeat(78)}file.txt`, 'deep');
  },
  expected(before) {
    return new Map([...before].map(([path, hash]) => [path.split('/').map(encodeName).join('/'), hash]));
  },
});

scenario('twins after composition or case folding are both in the archive under distinct names', {
  row: 22,
  exit: 'succeeded',
  fault({ emulator }) {
    emulator.tree.put(`${FOLDER}/Zo\u00eb.txt`, 'composed');
    emulator.tree.put(`${FOLDER}/STRASSE.txt`, 'upper');
    emulator.tree.put(`${FOLDER}/straße.txt`, 'sharp s');
  },
  expected(before) {
    const contents = new Map(before);
    const twin = contents.get('Awkward Names/straße.txt') ?? '';
    contents.delete('Awkward Names/straße.txt');
    return contents.set('Awkward Names/straße ~2.txt', twin);
  },
});
