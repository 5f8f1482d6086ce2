import { basename, dirname, posix } from 'node:path';
import { importCircles } from './import-circles.ts';

/**
 * The import rules of the house as a function of the sources. Dependencies point one way,
 *
 *   cmd → backup → repository, journal → store, zip → host, api
 *   cmd → controller → kube → host, api
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
  repository: ['store', 'zip', 'host', 'api'],
  backup: ['repository', 'journal', 'store', 'zip', 'host', 'api'],
  controller: ['kube', 'host', 'api'],
};

/** The two halves share only src/api and src/host; a console would be a third. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'backup-job': ['backup', 'repository', 'journal', 'store', 'host', 'api'],
  controller: ['controller', 'kube', 'host', 'api'],
};

/** src/api is what other programs may read too: it brings nothing along but the schema library. */
const API_PACKAGES = ['zod'];

const MOST_LINES = 250;
/** More than a newcomer reads through; about 20 are meant. */
const MOST_FILES = 25;

/** Names that say nothing about what is in the file. */
const EMPTY_NAMES = new Set(['utils', 'util', 'types', 'helpers', 'helper', 'common', 'index', 'misc', 'shared']);

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'|(?:^|\n)\s*import\s*'([^']+)'|\bimport\('([^']+)'\)/g;

/** Every broken rule as "file: sentence", for sources given by their path from the root of the repository. */
export function houseFaults(sources: ReadonlyMap<string, string>): string[] {
  return [
    ...[...sources].flatMap(([path, text]) => fileFaults(path, text).map((fault) => `${path}: ${fault}`)),
    ...folderFaults([...sources.keys()]),
    ...importCircles(importGraph(sources)).map(
      (circle) => `${circle[0]}: imports itself by ${circle.slice(1).join(' → ')}; move what they share, types too`,
    ),
  ];
}

function fileFaults(path: string, text: string): string[] {
  const faults: string[] = [];
  const lines = text.split('\n').length - 1;
  if (lines > MOST_LINES) faults.push(`has ${lines} lines, the cap is ${MOST_LINES}; split it by what it says`);
  const stem = basename(path).split('.')[0] ?? '';
  if (EMPTY_NAMES.has(stem)) faults.push(`"${stem}" says nothing about what is in it; name the one thing it holds`);
  const allowed = allowedRooms(path);
  if (!allowed) return [...faults, 'lies in no room of the house; scripts/house.ts has them'];
  return [...faults, ...importsOf(text).flatMap((specifier) => importFault(path, specifier, allowed) ?? [])];
}

function folderFaults(paths: readonly string[]): string[] {
  return [...Map.groupBy(paths, dirname)]
    .filter(([, files]) => files.length > MOST_FILES)
    .map(([folder, files]) => `${folder}: has ${files.length} files, the cap is ${MOST_FILES}; it is two rooms`);
}

export function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}

/** File → the files of ours that it imports, by value or as types only. */
function importGraph(sources: ReadonlyMap<string, string>): Map<string, string[]> {
  return new Map(
    [...sources].map(([path, text]) => [
      path,
      importsOf(text)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => targetOf(path, specifier)),
    ]),
  );
}

function importFault(path: string, specifier: string, allowed: readonly string[]): string | undefined {
  if (!specifier.startsWith('.')) {
    const isPlain = roomOf(path) !== 'src/api' || API_PACKAGES.includes(specifier);
    return isPlain ? undefined : `imports ${specifier}; src/api imports only zod and itself`;
  }
  const target = targetOf(path, specifier);
  if (roomOf(target) === roomOf(path)) return undefined;
  const [top, room = ''] = target.split('/');
  if (top === 'src' && allowed.includes(room)) return undefined;
  return `imports ${target}, but ${roomOf(path)} may only use ${allowed.map((name) => `src/${name}`).join(', ') || 'itself'}`;
}

const targetOf = (path: string, specifier: string): string => posix.normalize(posix.join(dirname(path), specifier));

const roomOf = (path: string): string => path.split('/').slice(0, 2).join('/');

function allowedRooms(path: string): readonly string[] | undefined {
  const [top = '', room = ''] = path.split('/');
  if (top === 'cmd') return COMMANDS[room];
  return top === 'src' ? ROOMS[room] : undefined;
}
