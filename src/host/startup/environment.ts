import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { errorCode, Failure } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export function logLevel(env: Environment, otherwise: string): string {
  const level = env['CASE_BACKUP_LOG_LEVEL'] || otherwise;
  if (LOG_LEVELS.includes(level)) return level;
  throw invalid('CASE_BACKUP_LOG_LEVEL', 'is no log level', `use one of ${LOG_LEVELS.join(', ')}`);
}

/** Where the requests to Dropbox go instead; undefined to Dropbox. */
export function dropboxOrigin(env: Environment): string | undefined {
  const origin = env['CASE_BACKUP_DROPBOX_ORIGIN'];
  if (!origin) return undefined;
  const url = URL.parse(origin);
  if (url && /^https?:$/.test(url.protocol)) return origin;
  throw invalid(
    'CASE_BACKUP_DROPBOX_ORIGIN',
    'is not the address of a server',
    'leave it unset, or write it as https://HOST:PORT',
  );
}

/** The folder in which a run makes its own. By hand the system's temporary one. */
export const workFolder = (env: Environment): string => env['CASE_BACKUP_WORK_DIR'] || tmpdir();

/** Makes it where it is missing, or throws what is wrong with it: before anything else is begun. */
export function makeWorkFolder(env: Environment): void {
  const name = env['CASE_BACKUP_WORK_DIR'] ? 'CASE_BACKUP_WORK_DIR' : 'TMPDIR';
  const folder = workFolder(env);
  try {
    makeFolder(resolve(folder));
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw error;
    const why = WHY[code ?? ''] ?? `can't be used (${code})`;
    throw invalid(name, `names ${folder}, which ${why}`, 'name a folder that the job may write to', error);
  }
}

const WHY: Readonly<Record<string, string>> = {
  EACCES: 'may not be written to',
  EPERM: 'may not be written to',
  EROFS: 'is mounted read-only',
  ENOTDIR: 'is or lies in a file',
  ENOENT: 'does not exist and can not be made',
};

/** Not `recursive`: where a file system says ENOENT to whatever is made (/proc), Node's loop has no end. */
function makeFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder);
}

const invalid = (name: string, what: string, hint: string, cause?: unknown): Failure =>
  new Failure('SettingInvalid', `${name} ${what}`, { hint, cause });
