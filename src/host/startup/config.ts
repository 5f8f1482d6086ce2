import { Failure } from '../errors.ts';
import { registerSecret } from '../secrets.ts';
import { readBounded, whyUnread } from './read-bounded.ts';

/** The job's secrets and settings, from the environment; each secret also as NAME_FILE, a mounted file. */
export interface Secrets {
  readonly dropbox: DropboxCredentials | undefined;
  readonly databaseUrl: string | undefined;
}

export type DropboxCredentials =
  | {
      readonly kind: 'refresh';
      readonly appKey: string;
      readonly appSecret: string | undefined;
      readonly refreshToken: string;
    }
  | { readonly kind: 'access'; readonly accessToken: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** Names of the secrets, in the order in which `config` shows them. */
export const SECRET_NAMES = [
  'DROPBOX_APP_KEY',
  'DROPBOX_APP_SECRET',
  'DROPBOX_REFRESH_TOKEN',
  'DROPBOX_ACCESS_TOKEN',
  'DATABASE_URL',
] as const;
export type SecretName = (typeof SECRET_NAMES)[number];

/** The value, without what editors and shells leave around it, or undefined when neither NAME nor NAME_FILE is set. */
export function readSecret(env: Environment, name: SecretName): string | undefined {
  const file = env[`${name}_FILE`];
  const direct = env[name];
  if (file && direct) {
    throw new Failure('SecretTwice', `both ${name} and ${name}_FILE are set`, {
      hint: 'keep one of them',
    });
  }
  const value = trimmed((file ? readSecretFile(name, file) : direct) ?? '');
  if (value === '') return undefined;
  registerSecret(value);
  const wrong = faultOf(name, value);
  if (wrong !== undefined)
    throw new Failure('SecretInvalid', `${file ? `${name}_FILE names a file that` : name} ${wrong}`, {
      hint: 'write it anew, the value alone: printf %s VALUE > FILE; in a Secret of Kubernetes under stringData',
    });
  return value;
}

/** Line ends and spaces around it, and the byte order mark that some editors put in front. */
const trimmed = (text: string): string => text.replace(/^[\s\u{feff}]+|[\s\u{feff}]+$/gu, '');

/** What no HTTP header can hold, so that every request would fail; of a URL only what its parser would drop in silence. */
function faultOf(name: SecretName, value: string): string | undefined {
  if (/[\r\n]/.test(value)) return 'has a line end inside';
  if (name === 'DATABASE_URL') return /[\p{Cc}\u{fffd}]/u.test(value) ? 'has a control character inside' : undefined;
  return /^[\u0021-\u007e]+$/.test(value) ? undefined : 'has a space or a character inside that no key or token has';
}

export function readSecrets(env: Environment): Secrets {
  const accessToken = readSecret(env, 'DROPBOX_ACCESS_TOKEN');
  const refreshToken = readSecret(env, 'DROPBOX_REFRESH_TOKEN');
  const appKey = readSecret(env, 'DROPBOX_APP_KEY');
  const appSecret = readSecret(env, 'DROPBOX_APP_SECRET');
  return {
    dropbox:
      refreshToken && appKey
        ? { kind: 'refresh', appKey, appSecret, refreshToken }
        : accessToken
          ? { kind: 'access', accessToken }
          : undefined,
    databaseUrl: readSecret(env, 'DATABASE_URL'),
  };
}

/** Says which secrets are missing, all at once. */
export function missingDropboxSecrets(env: Environment): Failure {
  const isSet = (name: SecretName): boolean => readSecret(env, name) !== undefined;
  const missing = (['DROPBOX_APP_KEY', 'DROPBOX_REFRESH_TOKEN'] as const).filter((name) => !isSet(name));
  return new Failure('SecretMissing', `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set`, {
    hint: `set ${missing.join(', ')} (or NAME_FILE with the path of a file), or DROPBOX_ACCESS_TOKEN for a short test; in Kubernetes they come from the policy's credentialsSecretRef`,
  });
}

/** A token of Dropbox has some 1,300 characters. */
const MOST_BYTES = 64 * 1024;

function readSecretFile(name: SecretName, path: string): string {
  let text: string | undefined;
  try {
    text = readBounded(path, MOST_BYTES);
  } catch (error) {
    throw new Failure('SecretUnreadable', `${name}_FILE names ${path}, which ${whyUnread(error)}`, {
      hint: `name a file that holds the value alone, and that user ${process.getuid?.()} may read`,
      cause: error,
    });
  }
  if (text !== undefined) return text;
  throw new Failure('SecretInvalid', `${name}_FILE names ${path}, which has more than 64 KiB`, {
    hint: 'name the file that holds the value alone',
  });
}
