import { basename, dirname, posix } from 'node:path';

/**
 * The import rules of the house as a function of the sources. Dependencies point one way,
 *
 *   cmd → controller | backup → journal, store, zip, kube → host, api
 *
 * so that a room can be understood, tested and replaced with only what lies below it in mind.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  api: [],
  host: ['api'],
  journal: ['host', 'api'],
  store: ['host', 'api'],
  zip: ['host', 'api'],
  kube: ['host', 'api'],
  backup: ['journal', 'store', 'zip', 'host', 'api'],
  controller: ['kube', 'host', 'api'],
};

/** The two halves share only src/api and src/host; a console would be a third. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'backup-job': ['backup', 'journal', 'store', 'zip', 'host', 'api'],
  controller: ['controller', 'kube', 'host', 'api'],
};

/** src/api is what other programs may read too: it brings nothing along but the schema library. */
const API_PACKAGES = ['zod'];

const MOST_LINES = 250;

/** Names that say nothing about what is in the file. */
const EMPTY_NAMES = new Set(['utils', 'util', 'types', 'helpers', 'helper', 'common', 'index', 'misc', 'shared']);

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'|(?:^|\n)\s*import\s*'([^']+)'|\bimport\('([^']+)'\)/g;

/** Every broken rule as "file: sentence", for sources given by their path from the root of the repository. */
export function houseFaults(sources: ReadonlyMap<string, string>): string[] {
  const faults: string[] = [];
  for (const [path, text] of sources) {
    const say = (fault: string): void => void faults.push(`${path}: ${fault}`);
    const lines = text.split('\n').length - 1;
    if (lines > MOST_LINES) say(`has ${lines} lines, the cap is ${MOST_LINES}; split it by what it says`);
    const stem = basename(path).split('.')[0] ?? '';
    if (EMPTY_NAMES.has(stem)) say(`"${stem}" says nothing about what is in it; name the one thing it holds`);
    const allowed = allowedRooms(path);
    if (!allowed) {
      say('lies in no room of the house; scripts/house.ts has them');
      continue;
    }
    for (const specifier of importsOf(text)) {
      const fault = importFault(path, specifier, allowed);
      if (fault) say(fault);
    }
  }
  return faults;
}

export function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}

function importFault(path: string, specifier: string, allowed: readonly string[]): string | undefined {
  if (!specifier.startsWith('.')) {
    const isPlain = roomOf(path) !== 'src/api' || API_PACKAGES.includes(specifier);
    return isPlain ? undefined : `imports ${specifier}; src/api imports only zod and itself`;
  }
  const target = posix.normalize(posix.join(dirname(path), specifier));
  if (roomOf(target) === roomOf(path)) return undefined;
  const [top, room = ''] = target.split('/');
  if (top === 'src' && allowed.includes(room)) return undefined;
  return `imports ${target}, but ${roomOf(path)} may only use ${allowed.map((name) => `src/${name}`).join(', ') || 'itself'}`;
}

const roomOf = (path: string): string => path.split('/').slice(0, 2).join('/');

function allowedRooms(path: string): readonly string[] | undefined {
  const [top = '', room = ''] = path.split('/');
  if (top === 'cmd') return COMMANDS[room];
  return top === 'src' ? ROOMS[room] : undefined;
}
