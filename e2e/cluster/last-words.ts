import { globSync, readFileSync } from 'node:fs';

const LINES = 25;

/** The last words of the parts of a cluster that did not come up, before its folder goes. */
export const lastWords = (folder: string): string =>
  globSync(`${folder}/{,case-backup-kubernetes-*/}*.log`)
    .map((file) => `--- ${file}\n${readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LINES).join('\n')}`)
    .join('\n');
