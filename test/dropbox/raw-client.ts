import type { Emulator } from './emulator.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly bytes: Buffer;
  /** The body, or for a download the Dropbox-API-Result; undefined where neither is JSON. */
  readonly json: Json;
}
// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape and compare what they find
type Json = any;

/** One HTTP request each, without retries and checks: what the emulator answers is what a test sees. */
export interface RawClient {
  rpc(route: string, args: unknown, headers?: Record<string, string>): Promise<Reply>;
  upload(route: string, args: unknown, body: Buffer | string, headers?: Record<string, string>): Promise<Reply>;
  download(path: string, headers?: Record<string, string>): Promise<Reply>;
  /** All pages of a listing. */
  list(args: object): Promise<Json[]>;
}

export function rawClient(emulator: Emulator): RawClient {
  const authorization = { Authorization: `Bearer ${emulator.credentials.accessToken}` };
  async function send(route: string, headers: Record<string, string>, body: Buffer | string | undefined) {
    const response = await fetch(`${emulator.origin}/2/${route}`, {
      method: 'POST',
      headers: { ...authorization, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString('utf8');
    const json = parsed(response.headers.get('dropbox-api-result') ?? text);
    return { status: response.status, headers: response.headers, text, bytes, json };
  }
  const rpc: RawClient['rpc'] = (route, args, headers) =>
    send(route, { 'Content-Type': 'application/json', ...headers }, JSON.stringify(args));
  return {
    rpc,
    upload: (route, args, body, headers) =>
      send(route, { 'Content-Type': 'application/octet-stream', 'Dropbox-API-Arg': safeJson(args), ...headers }, body),
    download: (path, headers) =>
      send('files/download', { 'Dropbox-API-Arg': safeJson({ path }), ...headers }, undefined),
    async list(args) {
      let page = (await rpc('files/list_folder', args)).json;
      const entries = [...page.entries];
      while (page.has_more) {
        page = (await rpc('files/list_folder/continue', { cursor: page.cursor })).json;
        entries.push(...page.entries);
      }
      return entries;
    },
  };
}

function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
