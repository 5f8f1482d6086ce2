import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { mainArchive, type RunRecord, recordSchema } from '../../src/repository/record.ts';
import { unzippedBytes } from '../night/truth.ts';
import type { Place } from './place.ts';
import { SMALL_CONTENTS } from './small-tree.ts';

/** What went wrong in a series of killed runs; everything must stay empty. */
export interface Verdicts {
  points: number;
  readonly falseSuccesses: string[];
  readonly orphans: string[];
  readonly other: string[];
}

export const noVerdicts = (): Verdicts => ({ points: 0, falseSuccesses: [], orphans: [], other: [] });

/** The hash of every backup that must survive: all but the one that retention deletes. */
export type Earlier = ReadonlyMap<string, string>;

const BACKUP = /^\d{4}-\d{2}-\d{2}(?:_\d{6})?_backup\.zip$/;
const OURS = /^\.case-backup\/(?:lease\.json|policy-[\w.@-]+\.json|runs\/[\w-]+\.json)$/;

export async function backupsIn(place: Place): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const path of await place.files()) {
    if (BACKUP.test(path)) hashes.set(path, sha256(await place.read(path)));
  }
  return hashes;
}

/** Right after the kill: whatever has a backup's name, or is said to be verified, is the whole tree. */
export async function judgeKilled(place: Place, label: string, before: Earlier, verdicts: Verdicts): Promise<void> {
  const now = await backupsIn(place);
  for (const name of now.keys()) {
    if (!before.has(name) && !(await isWhole(place, name)))
      verdicts.falseSuccesses.push(`${label}: ${name} is not whole`);
  }
  for (const record of await recordsIn(place)) {
    const name = nameOf(record);
    const claims = record.state === 'finished' && record.report?.result === 'Succeeded' && !record.prunedTime;
    if (claims && !now.has(name)) verdicts.falseSuccesses.push(`${label}: ${name} is on record and not there`);
  }
  judgeYesterday(label, before, now, verdicts);
}

/** After the next run has ended by itself: one backup for the slot, and nothing that belongs to nobody. */
export async function judgeHealed(
  place: Place,
  label: string,
  { slot, before }: { readonly slot: string; readonly before: Earlier },
  verdicts: Verdicts,
): Promise<void> {
  const fault = (what: string): void => void verdicts.other.push(`${label}: ${what}`);
  const now = await backupsIn(place);
  judgeYesterday(label, before, now, verdicts);
  const added = [...now.keys()].filter((name) => !before.has(name));
  if (added.length !== 1) fault(`there are ${added.length} new backups`);
  for (const name of added) {
    if (!(await isWhole(place, name))) verdicts.falseSuccesses.push(`${label}: ${name} is not whole`);
  }
  if (now.size !== 2) fault(`${now.size} backups stand where retention leaves 2`);

  const records = (await recordsIn(place)).filter((record) => record.slot === slot);
  const verified = records.filter(({ report }) => report?.result === 'Succeeded');
  if (verified.length !== 1 || !verified.every((record) => now.has(nameOf(record))))
    fault(`${verified.length} records of the slot say verified`);
  for (const { state, runId } of records) if (state !== 'finished') fault(`the record of ${runId} was left ${state}`);

  for (const path of await place.files()) {
    if (!BACKUP.test(path) && !OURS.test(path)) verdicts.orphans.push(`${label}: ${path}`);
  }
  const work = existsSync(place.workFolder) ? readdirSync(place.workFolder) : [];
  verdicts.orphans.push(...work.map((name) => `${label}: work folder ${name}`));
}

export async function recordsIn(place: Place): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (const path of await place.files()) {
    if (path.startsWith('.case-backup/runs/') && path.endsWith('.json')) {
      records.push(recordSchema.parse(JSON.parse((await place.read(path)).toString())));
    }
  }
  return records;
}

/** The newest of the earlier ones: the oldest may be gone, because retention has its turn. */
function judgeYesterday(label: string, before: Earlier, now: Earlier, verdicts: Verdicts): void {
  const yesterday = [...before.keys()].sort().at(-1) ?? '';
  if (now.get(yesterday) !== before.get(yesterday)) verdicts.other.push(`${label}: yesterday's backup was touched`);
}

async function isWhole(place: Place, name: string): Promise<boolean> {
  try {
    return isDeepStrictEqual(unzippedBytes(await place.read(name)), SMALL_CONTENTS);
  } catch {
    return false;
  }
}

const nameOf = (record: RunRecord): string => mainArchive(record)?.name ?? '';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
