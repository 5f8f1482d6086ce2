import { Agent, type Dispatcher } from 'undici';

/**
 * `node bare-copy.ts ORIGIN TOKEN`: everything under /CASES downloaded and uploaded again as one file, with the
 * parallelism and the part size of the policy's defaults and nothing else: no hash, no archive, no check, no retry.
 * The bytes arrive in any order. Prints how many there were.
 */
const DOWNLOADS = 8;
const UPLOADS = 4;
const PART_BYTES = 16 * 1024 * 1024;

const [origin = '', token = ''] = process.argv.slice(2);
const agent = new Agent({ connections: DOWNLOADS + UPLOADS });

interface Listed {
  readonly '.tag': string;
  readonly id: string;
  readonly size: number;
}

async function call(
  path: string,
  headers: Record<string, string>,
  body: Buffer | string,
): Promise<Dispatcher.ResponseData> {
  const answer = await agent.request({
    origin,
    path: `/2/files/${path}`,
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...headers },
    body,
  });
  if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${await answer.body.text()}`);
  return answer;
}

async function ask(path: string, argument: object): Promise<{ entries: Listed[]; cursor: string; has_more: boolean }> {
  const answer = await call(path, { 'content-type': 'application/json' }, JSON.stringify(argument));
  return (await answer.body.json()) as { entries: Listed[]; cursor: string; has_more: boolean };
}

async function send(path: string, argument: object, body: Buffer): Promise<string> {
  const headers = { 'dropbox-api-arg': JSON.stringify(argument), 'content-type': 'application/octet-stream' };
  return (await call(path, headers, body)).body.text();
}

async function list(): Promise<Listed[]> {
  const files: Listed[] = [];
  let page = await ask('list_folder', { path: '/CASES', recursive: true, limit: 2000 });
  for (;;) {
    files.push(...page.entries.filter((entry) => entry['.tag'] === 'file'));
    if (!page.has_more) return files;
    page = await ask('list_folder/continue', { cursor: page.cursor });
  }
}

const files = await list();
const start = JSON.parse(
  await send('upload_session/start', { session_type: { '.tag': 'concurrent' } }, Buffer.alloc(0)),
);
const session: string = start.session_id;
const underWay = new Set<Promise<unknown>>();
let part = Buffer.allocUnsafeSlow(PART_BYTES);
let filled = 0;
let offset = 0;

function append(bytes: Buffer, close: boolean): Promise<unknown> {
  const cursor = { session_id: session, offset };
  offset += bytes.length;
  const sent = send('upload_session/append_v2', { cursor, close }, bytes).finally(() => underWay.delete(sent));
  underWay.add(sent);
  return sent;
}

/** Waits only where as many parts as may are on their way. */
async function take(chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    if (filled === PART_BYTES) {
      void append(part, false);
      part = Buffer.allocUnsafeSlow(PART_BYTES);
      filled = 0;
    }
    const copied = chunk.copy(part, filled, at);
    filled += copied;
    at += copied;
  }
  while (underWay.size >= UPLOADS) await Promise.race(underWay);
}

async function download(): Promise<void> {
  for (let file = files.pop(); file; file = files.pop()) {
    const answer = await call('download', { 'dropbox-api-arg': JSON.stringify({ path: file.id }) }, '');
    let received = 0;
    for await (const chunk of answer.body) {
      received += chunk.length;
      await take(chunk);
    }
    if (received !== file.size) throw new Error(`${received} of ${file.size} bytes came`);
  }
}

await Promise.all(Array.from({ length: DOWNLOADS }, download));
await Promise.all(underWay);
await append(part.subarray(0, filled), true);
const cursor = { session_id: session, offset };
await send('upload_session/finish', { cursor, commit: { path: '/COPY/copy.bin', mode: 'add' } }, Buffer.alloc(0));
await agent.close();
process.stdout.write(`${JSON.stringify({ bytes: offset })}\n`);
