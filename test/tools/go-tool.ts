import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Go {
  readonly path: string;
  /** As `go version` prints it: version, system, processor. */
  readonly version: string;
}

/** Where a Go release is usually unpacked; many machines have it there and not on the PATH. */
const CANDIDATES = ['go', '/usr/local/go/bin/go'];

/**
 * The Go that can build the module in `folder`. Where there is none the error says in one line what to install,
 * `orElse` included. An older Go may fetch a newer one by itself (GOTOOLCHAIN=auto): then it counts as the newer.
 */
export function installedGo(folder: string, orElse: string, candidates: readonly string[] = CANDIDATES): Go {
  const needed = /^go (\S+)$/m.exec(readFileSync(join(folder, 'go.mod'), 'utf8'))?.[1];
  if (needed === undefined) throw new Error(`${folder}/go.mod names no Go version`);
  const found: string[] = [];
  for (const path of candidates) {
    const version = versionOf(path, folder);
    if (version === undefined) continue;
    if (isAtLeast(version, needed)) return { path, version };
    found.push(version);
  }
  const instead = found.length === 0 ? 'there is none' : `found ${found.join(', ')}`;
  throw new Error(`the tests need Go ${needed} or newer (${instead}): install it (go.dev/doc/install), ${orElse}`);
}

function versionOf(path: string, folder: string): string | undefined {
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    return execFileSync(path, ['version'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: [...stdio],
      timeout: 120_000,
    }).trim();
  } catch {
    return undefined; // not there, or too old to read the go.mod: the sentence at the end is the same
  }
}

/** `version` is a whole line, "go version go1.26.8 linux/amd64". */
export function isAtLeast(version: string, needed: string): boolean {
  const numbers = (text: string): number[] => text.split('.').map(Number);
  const has = numbers(/\bgo(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? '0');
  for (const [place, wanted] of numbers(needed).entries()) {
    const difference = (has[place] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
