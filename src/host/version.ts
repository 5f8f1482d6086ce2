import { readFileSync } from 'node:fs';

interface PackageFile {
  readonly version: string;
}

const packageFile = new URL('../../package.json', import.meta.url);

/** The product's, from package.json, which the image has too. */
export const VERSION = (JSON.parse(readFileSync(packageFile, 'utf8')) as PackageFile).version;
