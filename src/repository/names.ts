import { createHash } from 'node:crypto';
import { type Home, placeOf } from './home.ts';

/** Names at the destination. Everything that lists, prunes or cleans goes through here. */

/** `2026-11-23_backup.zip`, or `2026-11-23_141530_backup.zip` for a further run of the same day. */
const BACKUP_NAME = /^(\d{4})-(\d{2})-(\d{2})(?:_(\d{2})(\d{2})(\d{2}))?_backup\.zip$/;
const RUN_ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;

export const STATE_FOLDER = '.case-backup';
export const INCOMING_FOLDER = `${STATE_FOLDER}/incoming`;
export const RUNS_FOLDER = `${STATE_FOLDER}/runs`;
/** Where only this program writes, for a folder store to keep clean and to itself; the one with the lease first. */
export const OWN_FOLDERS = [STATE_FOLDER, INCOMING_FOLDER, RUNS_FOLDER] as const;
export const LEASE_FILE = `${STATE_FOLDER}/lease.json`;
/** Of whichever policy ran last, as earlier releases kept it. */
export const FORMER_POLICY_FILE = `${STATE_FOLDER}/policy.json`;

/**
 * `policy-nightly.json`, or `policy-nightly@1f0c8a52.json` of one that an installation keeps: no two that share a folder
 * have the same, and no policy can be called so (a name has no @).
 */
export function policyFile(name: string, home: Home | undefined): string {
  const mark = home ? `@${createHash('sha256').update(placeOf(home)).digest('hex').slice(0, 8)}` : '';
  return `${STATE_FOLDER}/policy-${name}${mark}.json`;
}

export const incomingName = (runId: string): string => `${INCOMING_FOLDER}/${runId}.zip`;
export const recordName = (runId: string): string => `${RUNS_FOLDER}/${runId}.json`;

/** The run that a file name in `incoming/` or `runs/` belongs to, or undefined for a foreign file. */
export function runIdOf(fileName: string, extension: '.zip' | '.json'): string | undefined {
  if (!fileName.endsWith(extension)) return undefined;
  const runId = fileName.slice(0, -extension.length);
  return RUN_ID.test(runId) ? runId : undefined;
}

/** `20261123T030000Z-6f2c91aa`: sorts by start time, unique by 32 random bits. */
export function newRunId(start: Date, random: number): string {
  const stamp = start
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
  return `${stamp}-${(random >>> 0).toString(16).padStart(8, '0')}`;
}

/** An id that no other run has. */
export const freshRunId = (start: Date): string => newRunId(start, crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);

/** The wall clock of a zone, as the parts that a backup's name is made of. */
export function localStamp(at: Date, timeZone: string): { date: string; time: string } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? '';
  return {
    date: `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}${part('minute')}${part('second')}`,
  };
}

/** So many names are tried for a backup; whoever has taken all of them has done it on purpose. */
export const MOST_NAMES = 10;

/** First run of the day gets the plain name; a further one carries its time, so that nothing is ever overwritten. */
export function backupName(at: Date, timeZone: string, taken: (name: string) => boolean): string {
  const plain = `${localStamp(at, timeZone).date}_backup.zip`;
  return taken(plain) ? nextName(plain, at, timeZone) : plain;
}

/** What is tried when a name turns out to be taken: with the time, then a second later each, around the same day. */
export function nextName(name: string, at: Date, timeZone: string): string {
  const [, hour, minute, second] = /_(\d\d)(\d\d)(\d\d)_backup/.exec(name) ?? [];
  const { date, time } = localStamp(at, timeZone);
  if (hour === undefined) return `${date}_${time}_backup.zip`;
  const next = new Date(Date.UTC(1970, 0, 1, Number(hour), Number(minute), Number(second) + 1));
  return `${date}_${localStamp(next, 'Etc/UTC').time}_backup.zip`;
}

/**
 * The date that a backup's name claims, as UTC midnight plus its time if any, or undefined for a name that is not ours
 * (including dates that no calendar has, such as 2026-02-30).
 */
export function backupDate(name: string): Date | undefined {
  const match = BACKUP_NAME.exec(name);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0));
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCFullYear() === year;
  const timeExists = (hour ?? 0) < 24 && (minute ?? 0) < 60 && (second ?? 0) < 60;
  return exists && timeExists ? date : undefined;
}
