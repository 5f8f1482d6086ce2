import { errorCode, Failure, messageOf } from '../../../host/errors.ts';
import type { Bound } from '../../retrying.ts';
import { TransferFault } from './api-error.ts';
import { ORIGIN, originInvalid } from './origin.ts';
import { type ProxySetting, proxyInvalid } from './proxy-setting.ts';
import { headersTooLarge } from './refusals.ts';

/** What lies between us and an answer. */
export interface Route {
  /** Where requests go instead of to Dropbox. */
  readonly origin: string | undefined;
  readonly proxy: ProxySetting | undefined;
  /** Something has been answered: the settings are right, and whatever fails now may heal. */
  readonly isProven: boolean;
}

/** A resolver or a server that has just started says no at first; one that says so for longer means it. */
const SETTING_PATIENCE_MS = 2 * 60_000;

const CERTIFICATE_ERROR = /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF))/;
/** What OpenSSL says to an answer that is no TLS. */
const NO_TLS = /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG))$/;

/** What broke a request: what a person has to correct is a Failure from the start, the rest may heal. */
export function connectionFault(error: unknown, host: string, route: Route): Error {
  const code = errorCode(error) ?? '';
  if (CERTIFICATE_ERROR.test(code)) return untrusted(code, error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return headersTooLarge('of an answer', error);
  if (code === 'UND_ERR_INVALID_ARG') return unsendable(error);
  const settled = route.isProven ? undefined : wrongSetting(error, code, host, route);
  if (settled) return settled;
  const through = route.proxy ? ` through the proxy in ${route.proxy.variable}` : '';
  return new TransferFault(
    `the connection to ${host}${through} failed`,
    error,
    route.isProven ? undefined : boundOf(error, code, host, route),
  );
}

function boundOf(error: unknown, code: string, host: string, route: Route): Bound | undefined {
  const patienceMs = SETTING_PATIENCE_MS;
  if (code === 'ENOTFOUND') return { patienceMs, failure: unknownName(error, host, route) };
  const isNobody = code === 'ECONNREFUSED' && route.origin !== undefined && !route.proxy;
  return isNobody ? { patienceMs, failure: originInvalid('is not there: nobody listens', error) } : undefined;
}

function wrongSetting(error: unknown, code: string, host: string, { origin, proxy }: Route): Failure | undefined {
  const status = proxyStatus(error);
  if (proxy && status === 407) {
    return new Failure('ProxyLogin', `the proxy in ${proxy.variable} asks for another user and password (407)`, {
      hint: `write user and password into ${proxy.variable}, in front of the host and separated from it by an @`,
      cause: error,
    });
  }
  if (proxy && status !== undefined && status >= 400 && status < 500 && status !== 429) {
    return new Failure('ProxyRefused', `the proxy in ${proxy.variable} does not lead to ${host} (${status})`, {
      hint: 'let it lead to api.dropboxapi.com and content.dropboxapi.com, or name another',
      cause: error,
    });
  }
  if (!NO_TLS.test(code)) return undefined;
  if (proxy?.url.protocol === 'https:') {
    return proxyInvalid(`the proxy in ${proxy.variable} does not speak TLS`, error);
  }
  return origin === undefined ? undefined : originInvalid('does not speak TLS', error);
}

/** Of a CONNECT that was answered with anything but 200; undici has it in the message only. */
function proxyStatus(error: unknown): number | undefined {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    const [, status] = /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(e.message) ?? [];
    if (status !== undefined) return Number(status);
  }
  return undefined;
}

function unknownName(error: unknown, host: string, { origin, proxy }: Route): Failure {
  const { hostname } = (error instanceof Error ? error : {}) as { hostname?: string };
  const variable = proxy && hostname !== host ? proxy.variable : origin === undefined ? undefined : ORIGIN;
  if (variable === undefined) {
    return new Failure('RemoteUnavailable', `no name server knows ${host}: ${messageOf(error)}`, {
      hint: 'check the name servers that this machine or pod uses, and whether it needs a proxy (HTTPS_PROXY)',
      cause: error,
    });
  }
  return new Failure('HostUnknown', `no name server knows the host that ${variable} names`, {
    hint: `correct ${variable}, or see which name servers this machine or pod uses`,
    cause: error,
  });
}

function untrusted(code: string, cause: unknown): Failure {
  return new Failure('CertificateRefused', `the certificate of the remote is not trusted (${code})`, {
    hint: 'behind an inspecting proxy, give its CA with NODE_EXTRA_CA_CERTS; otherwise check the clock and the network',
    cause,
  });
}

/** A header that no HTTP allows: of what we send, only the access token comes from elsewhere. */
function unsendable(cause: unknown): Failure {
  return new Failure('AccessRefused', 'the access token has characters that no request can carry', {
    hint: 'put the token into the secret again, without quotes, blanks and line ends',
    cause,
  });
}
