import type { Dropbox, DropboxResponse } from 'dropbox';
import type { DropboxAccount } from './account.ts';
import { requireAnswer } from './api-error.ts';
import type { Send } from './api-request.ts';
import type { HttpAnswer } from './http.ts';
import { sdkOver } from './sdk.ts';

/** Root: the team's shared root; Home: the member's own folder. The same place in a personal account. */
export type Namespace = 'Root' | 'Home';

type Call<T> = (sdk: Dropbox) => Promise<DropboxResponse<T>>;

/** The API as one store sees it: an account, with paths that start in one namespace. */
export interface Client {
  readonly account: DropboxAccount;
  /** One attempt of an RPC call. An answer that is none, by `isAnswer`, is a TransferFault. */
  once<T>(call: Call<T>, isAnswer?: (result: T) => boolean): Promise<T>;
  /** The same, repeated as long as it may heal: for calls that change nothing. */
  read<T>(call: Call<T>, signal: AbortSignal, isAnswer?: (result: T) => boolean): Promise<T>;
  /** One attempt of an upload or download call, with its argument in a header. */
  content(route: string, argument: object, options: ContentOptions, signal: AbortSignal): Promise<HttpAnswer>;
  /** The id of the namespace that paths start in. */
  namespace(signal: AbortSignal): Promise<string>;
}

export interface ContentOptions {
  readonly body?: Buffer;
  readonly range?: string;
  /** Of a download, about so many. */
  readonly bytes?: number;
  readonly slow?: boolean;
}

export function createClient(account: DropboxAccount, root: Namespace): Client {
  const namespace = async (signal: AbortSignal): Promise<string> => {
    const info = (await account.whoAmI(signal)).root_info;
    return root === 'Root' ? info.root_namespace_id : info.home_namespace_id;
  };
  // Always sent for Root: without it a team's folders are invisible, and with it a changed root answers 422 instead
  // of an empty tree (Dropbox path root header modes).
  const pathRoot = async (signal: AbortSignal): Promise<Readonly<Record<string, string>>> =>
    root === 'Home'
      ? {}
      : { 'dropbox-api-path-root': JSON.stringify({ '.tag': 'root', root: await namespace(signal) }) };
  const send: Send = async (request, signal) =>
    account.send({ ...request, headers: { ...request.headers, ...(await pathRoot(signal)) } }, signal);

  const sdk = sdkOver(send);
  const once: Client['once'] = async (call, isAnswer = () => true) => {
    const { result } = await call(sdk);
    requireAnswer(typeof result === 'object' && result !== null && isAnswer(result));
    return result;
  };
  return {
    account,
    namespace,
    once,
    read: (call, signal, isAnswer) => account.retrying.run(() => once(call, isAnswer), signal),
    content(route, argument, { body, range, bytes = 0, slow = false }, signal) {
      const headers = {
        'dropbox-api-arg': headerSafeJson(argument),
        // A coded body would make Content-Length and Range mean other bytes than the file's.
        'accept-encoding': 'identity',
        ...(body ? { 'content-type': 'application/octet-stream' } : {}),
        ...(range === undefined ? {} : { range }),
      };
      return send({ route, host: 'content', headers, body, slow, downloadBytes: body ? undefined : bytes }, signal);
    },
  };
}

/** Headers carry ASCII only: DEL and everything above it is escaped (Dropbox HTTP documentation). */
export function headerSafeJson(value: object): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
