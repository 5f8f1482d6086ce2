import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { houseFaults } from './house.ts';

/** Holds src/ and cmd/ to the rules of the house and names every file that breaks one. */
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const paths = globSync('{src,cmd}/**/*.ts').sort();
const faults = houseFaults(new Map(paths.map((path) => [path, readFileSync(path, 'utf8')])));
for (const fault of faults) console.error(fault);
if (paths.length === 0) console.error('no sources found');
if (faults.length > 0 || paths.length === 0) process.exit(1);
