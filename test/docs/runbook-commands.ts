import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../docs/runbooks', import.meta.url));

export interface PageCommand {
  readonly page: string;
  /** The page's variables that it uses: `NS=cases P=nightly`. */
  readonly variables: string;
  readonly line: string;
}

/** Every command of the runbooks: the lines of their blocks of code, and what stands whole within a sentence. */
export function runbookCommands(): PageCommand[] {
  return globSync('*.md', { cwd: FOLDER })
    .sort()
    .flatMap((file) => commandsIn(basename(file, '.md'), readFileSync(join(FOLDER, file), 'utf8')));
}

function commandsIn(page: string, text: string): PageCommand[] {
  let variables = '';
  const found: PageCommand[] = [];
  for (const [, inBlock, inSentence] of text.matchAll(/^ {4,}(\S.*)$|`((?:kubectl|backup-job) [^`]*)`/gm)) {
    const line = (inBlock ?? inSentence ?? '').replaceAll(/\s+/g, ' ').trim();
    if (inBlock !== undefined && /^[A-Z]+=/.test(line)) variables = line;
    else if (inBlock !== undefined || isWhole(line)) found.push({ page, variables, line });
  }
  return found;
}

/** Not only the name of a command. */
const isWhole = (line: string): boolean => / -[fn] /.test(line);
