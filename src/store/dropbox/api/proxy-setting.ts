import { Failure } from '../../../host/errors.ts';

/** The proxy of the environment, and the variable that a person has to correct. Its value may hold a password. */
export interface ProxySetting {
  readonly variable: string;
  readonly url: URL;
}

/** In the order of undici's EnvHttpProxyAgent; a variable that is set and empty hides its other spelling there. */
const VARIABLES = [
  ['https_proxy', 'HTTPS_PROXY'],
  ['http_proxy', 'HTTP_PROXY'],
] as const;
const SCHEMES = ['http:', 'https:', 'socks5:', 'socks:'];

/** The proxy that leads to Dropbox, unless NO_PROXY has the host. */
export function proxyOf(env: Readonly<Record<string, string | undefined>>): ProxySetting | undefined {
  for (const spellings of VARIABLES) {
    const variable = spellings.find((name) => env[name] !== undefined);
    const value = variable === undefined ? undefined : env[variable];
    if (variable !== undefined && value) return { variable, url: parsed(variable, value) };
  }
  return undefined;
}

function parsed(variable: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && SCHEMES.includes(url.protocol) && url.hostname !== '') return url;
  throw proxyInvalid(`${variable} is not the address of a proxy`);
}

export function proxyInvalid(message: string, cause?: unknown): Failure {
  return new Failure('ProxyInvalid', message, { hint: 'write it as http://HOST:PORT', cause });
}
