import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART } from './helm.ts';

/**
 * The keys of values.yaml that a user sets, as paths: those with a comment of helm-docs (`# -- What it is.`) before them.
 * What lies below such a key belongs to it, and is no key of its own.
 */
export function documentedKeys(text = readFileSync(join(CHART, 'values.yaml'), 'utf8')): string[][] {
  const keys: string[][] = [];
  for (const { path, isDocumented } of keyLines(text)) {
    const belongs = keys.some((key) => key.length < path.length && key.every((name, place) => name === path[place]));
    if (belongs) continue;
    if (isDocumented) keys.push(path);
  }
  return keys;
}

/** Keys that are neither documented, nor part of one that is, nor only hold others: a user can't know of them. */
export function undocumentedKeys(text = readFileSync(join(CHART, 'values.yaml'), 'utf8')): string[] {
  const documented = documentedKeys(text);
  const isPart = (path: readonly string[], of: readonly string[]): boolean => of.every((name, i) => name === path[i]);
  return keyLines(text)
    .map(({ path }) => path)
    .filter((path) => !documented.some((key) => isPart(path, key) || isPart(key, path)))
    .map((path) => path.join('.'));
}

interface KeyLine {
  readonly path: string[];
  readonly isDocumented: boolean;
}

/** The lines that begin with a key, by their indentation: two spaces for each key that they lie below. */
function keyLines(text: string): KeyLine[] {
  const lines: KeyLine[] = [];
  const above: string[] = [];
  let isDocumented = false;
  for (const line of text.split('\n')) {
    const [, indent = '', key] = /^( *)([\w"'/.-]+):(?: |$)/.exec(line) ?? [];
    if (key !== undefined) {
      above.splice(indent.length / 2);
      above.push(key.replaceAll(/["']/g, ''));
      lines.push({ path: [...above], isDocumented });
    }
    if (/^ *# -- /.test(line)) isDocumented = true;
    else if (!/^ *#/.test(line)) isDocumented = false;
  }
  return lines;
}
