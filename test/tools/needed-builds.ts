import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { importsOf } from '../../scripts/house.ts';
import { kubernetesBinary } from '../cluster/build.ts';
import { TOOL_NAMES, tool } from './tools.ts';

export interface NeededBuild {
  readonly name: string;
  build(): Promise<string>;
}

/** They speak of every build and need none. */
const BUILDERS = [
  'test/cluster/build.ts',
  'test/tools/tools.ts',
  'test/tools/starts.ts',
  'test/tools/needed-builds.test.ts',
];

/**
 * What test files need that is built once, in minutes, so that no test file's own time pays for it. It follows from what
 * they import, at whatever distance: a source that calls for a tool names it, or asks for the Kubernetes of the tests.
 */
export function neededBuilds(files: readonly string[], root: string): NeededBuild[] {
  const sources = [...sourcesOf(files, root)].filter(([path]) => !BUILDERS.includes(path));
  const says = (words: string): boolean => sources.some(([, text]) => text.includes(words));
  const calls = sources.filter(([, text]) => /\b(tool|startsAsItsVersion)\(/.test(text));
  const names = (name: string): boolean => calls.some(([, text]) => text.includes(`'${name}'`));
  return [
    ...(says('kubernetesBinary()') ? [{ name: 'kubernetes', build: kubernetesBinary }] : []),
    ...TOOL_NAMES.filter(names).map((name) => ({ name, build: () => tool(name) })),
  ];
}

/** Path from `root` → text. */
function sourcesOf(files: readonly string[], root: string): Map<string, string> {
  const texts = new Map<string, string>();
  const waiting = [...files];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (texts.has(path) || !existsSync(join(root, path))) continue;
    const text = readFileSync(join(root, path), 'utf8');
    texts.set(path, text);
    const folder = posix.dirname(path);
    for (const specifier of importsOf(text)) if (specifier.startsWith('.')) waiting.push(posix.join(folder, specifier));
  }
  return texts;
}
