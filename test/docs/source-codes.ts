import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The code words that the job's sources can show to a person, read from the sources themselves. */
export interface SourceCodes {
  /** `exit/Code` of every Failure that can end a run or a command: `refused/SourceEmpty`. */
  readonly failures: ReadonlySet<string>;
  /** Failures of the run log, which never end a run. */
  readonly journal: ReadonlySet<string>;
  /** What stands in front of a warning. */
  readonly warnings: ReadonlySet<string>;
  /** Files that make a Failure of a code which is not written out in the call: `PATTERNS` must know how they name it. */
  readonly indirect: readonly string[];
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ROOMS = '{src/{api,host,store,zip,journal,backup},cmd/backup-job}/**/*.ts';

const DIRECT = /new Failure\(\s*'(?<exit>\w+)',\s*'(?<code>\w+)'/g;

/** Factories that are told the code: `fail` in refusals.ts, `refuse` in credential-refusals.ts, VERDICTS in the journal. */
const PATTERNS: readonly RegExp[] = [
  DIRECT,
  /\bfail\(\s*'(?<exit>\w+)',\s*'(?<code>[A-Z]\w+)'/g,
  /\brefuse\(\s*'(?<code>[A-Z]\w+)'/g,
  /exit: '(?<exit>\w+)',\s*code: '(?<code>[A-Z]\w+)'/g,
  /\brefused = '(?<code>[A-Z]\w+)'/g,
];

const WARNINGS: readonly RegExp[] = [
  /\bwarn\(\s*night,\s*'(?<code>[A-Z]\w+)'/g,
  /\bwarn\(\s*\{ code: '(?<code>[A-Z]\w+)'/g,
  /['`](?<code>NoRecord|FilesMissing): /g,
];

export function readSourceCodes(): SourceCodes {
  const [failures, journal, warnings] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const indirect: string[] = [];
  for (const file of globSync(ROOMS, { cwd: ROOT }).sort()) {
    const text = readFileSync(`${ROOT}${file}`, 'utf8');
    for (const { exit = 'credentials', code } of matches(text, PATTERNS)) {
      if (file.startsWith('src/journal/')) journal.add(code);
      else failures.add(`${exit}/${code}`);
    }
    for (const { code } of matches(text, WARNINGS)) warnings.add(code);
    if (text.split('new Failure(').length - 1 > matches(text, [DIRECT]).length) indirect.push(file);
  }
  return { failures, journal, warnings, indirect };
}

function matches(text: string, patterns: readonly RegExp[]): { readonly exit?: string; readonly code: string }[] {
  return patterns
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map(({ groups = {} }) => ({
      code: groups['code'] ?? '',
      ...(groups['exit'] !== undefined && { exit: groups['exit'] }),
    }));
}
