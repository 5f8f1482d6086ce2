import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of a module that the go.mod in `folder` requires, or another .mod file there: v4.3.2. */
export function requiredVersion(folder: string, module: string, modules = 'go'): string {
  const requirements = readFileSync(join(folder, `${modules}.mod`), 'utf8')
    .split('\n')
    .map((line) =>
      line
        .replace(/^require /, '')
        .trim()
        .split(' '),
    );
  const version = requirements.find(([path]) => path === module)?.[1];
  if (version === undefined) throw new Error(`${folder}/${modules}.mod does not require ${module}`);
  return version;
}
