import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { steppedSource } from '../backup/listing/stepped-source.ts';
import { openDesk } from '../whole/in-process.ts';
import { memberOf } from './truth.ts';

/** What lies at C/scans when a night begins, and what happens to it while the source is listed. */
const KINDS: Readonly<Record<string, { at: (desk: Places) => void; happens: (desk: Places) => void }>> = {
  goes: { at: putVolume, happens: ({ scans }) => mount('-u', scans) },
  'goes with its folder': {
    at: putVolume,
    happens({ scans }) {
      mount('-u', scans);
      rmdirSync(scans);
    },
  },
  'goes, a folder of the same disk': {
    at({ scans, elsewhere }) {
      fill(elsewhere);
      mount('--bind', elsewhere, scans);
    },
    happens: ({ scans }) => mount('-u', scans),
  },
  'comes over files': {
    at({ scans, elsewhere }) {
      fill(scans);
      mount('-t', 'tmpfs', 'volume', elsewhere);
      writeFileSync(join(elsewhere, 'other.pdf'), 'other');
    },
    happens: ({ scans, elsewhere }) => mount('--bind', elsewhere, scans),
  },
  'is the source and goes, from an older copy': {
    at({ source }) {
      mount('-t', 'tmpfs', 'volume', source);
      furnish(source);
    },
    happens: ({ source }) => mount('-u', source),
  },
  'goes and comes back': {
    at({ scans, elsewhere }) {
      mount('-t', 'tmpfs', 'volume', elsewhere);
      fill(elsewhere);
      mount('--bind', elsewhere, scans);
    },
    happens({ scans, elsewhere }) {
      mount('-u', scans);
      mount('--bind', elsewhere, scans);
    },
  },
};

interface Places {
  readonly source: string;
  readonly scans: string;
  readonly elsewhere: string;
}

function furnish(source: string): void {
  for (const name of ['A', 'C']) {
    mkdirSync(join(source, name));
    writeFileSync(join(source, name, 'letter.txt'), name);
  }
  mkdirSync(join(source, 'C', 'scans'));
}

function putVolume({ scans }: Places): void {
  mount('-t', 'tmpfs', 'volume', scans);
  fill(scans);
}

function fill(folder: string): void {
  for (const name of ['one.pdf', 'two.pdf']) writeFileSync(join(folder, name), name);
}

function mount(...args: string[]): void {
  if (args[0] === '-u') execFileSync('umount', ['-l', ...args.slice(1)]);
  else execFileSync('mount', args);
}

/** Of each moment of the listing: how a night ended in which it happened then. Run in a mount namespace of its own. */
const [what = ''] = process.argv.slice(2);
const kind = KINDS[what];
if (!kind) throw new Error(`no such kind: ${what}`);
for (let when = 1, isOver = false; !isOver; when++) {
  using desk = openDesk();
  const { source } = desk;
  const places = { source, scans: join(source, 'C', 'scans'), elsewhere: join(source, '..', 'elsewhere') };
  furnish(source);
  mkdirSync(places.elsewhere);
  kind.at(places);
  let step = 0;
  const happen = (): void => {
    if (++step === when) kind.happens(places);
  };
  const report = await desk.backUp({}, (store) => ({
    ...steppedSource(store, happen),
    load(file, signal) {
      happen();
      return store.load(file, signal);
    },
  }));
  isOver = step < when;
  const lines = report.backup ? memberOf(readFileSync(report.backup.path), 'files.jsonl').trim().split('\n') : [];
  if (!isOver)
    console.log(
      JSON.stringify({
        exitCode: report.exitCode,
        message: report.message,
        lines: lines.map((line) => JSON.parse(line)),
      }),
    );
  for (const folder of Object.values(places)) spawnSync('umount', ['-l', folder]);
}
