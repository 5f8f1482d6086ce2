import type { IncomingMessage } from 'node:http';
import { BadArgument } from './argument-checks.ts';
import type { Route } from './route.ts';
import { badRequest } from './wire.ts';

const JSON_TYPES = ['application/json', 'application/json; charset=utf-8', 'text/plain; charset=dropbox-cors-hack'];
const UPLOAD_TYPES = ['application/octet-stream', 'text/plain; charset=dropbox-cors-hack'];

/** The arguments as JSON, from where the route's style puts them; 400 for a wrong Content-Type or bad JSON. */
export async function rawArguments(
  route: Route,
  request: IncomingMessage,
  url: URL,
  body: AsyncIterable<Buffer>,
): Promise<unknown> {
  if (route.style === 'plain') {
    const form = new URLSearchParams(await textOf(body));
    return { ...Object.fromEntries(url.searchParams), ...Object.fromEntries(form), target: url.pathname };
  }
  const type = request.headers['content-type'] ?? '';
  if (route.style === 'rpc') {
    const text = await textOf(body);
    if (text === '' && (type === '' || JSON_TYPES.includes(type))) return null;
    refuseType(route, type, JSON_TYPES);
    return parsed(route, text);
  }
  if (route.style === 'upload') refuseType(route, type, UPLOAD_TYPES);
  else await refuseBody(route, type, body);
  const header = request.headers['dropbox-api-arg'];
  // Node reads header bytes as Latin-1; Go's SDK up to v6.0.5 (rclone 1.60) sends raw UTF-8 there.
  const text =
    typeof header === 'string' ? Buffer.from(header, 'latin1').toString('utf8') : url.searchParams.get('arg');
  if (text === null) throw badRequest(route.name, 'Must provide HTTP header "Dropbox-API-Arg" or URL parameter "arg".');
  return parsed(route, text);
}

/** Checked by the route's own rules; the 400 names the place as the service does. */
export function checkedArguments(route: Route, raw: unknown): unknown {
  try {
    return route.check(raw, '');
  } catch (error) {
    if (!(error instanceof BadArgument)) throw error;
    throw badRequest(route.name, `${placeOf(route)}: ${error.message}`);
  }
}

const PATH_KEYS = new Set(['path', 'from_path', 'to_path']);

/** Every path that the arguments name, at any depth. */
export function pathsIn(raw: unknown): string[] {
  if (typeof raw !== 'object' || raw === null) return [];
  return Object.entries(raw).flatMap(([key, value]) =>
    typeof value === 'string' ? (PATH_KEYS.has(key) ? [value] : []) : pathsIn(value),
  );
}

export async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

function parsed(route: Route, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(route.name, `${placeOf(route)}: could not decode input as JSON`);
  }
}

function placeOf(route: Route): string {
  return route.style === 'rpc' ? 'request body' : 'HTTP header "Dropbox-API-Arg"';
}

function refuseType(route: Route, type: string, allowed: readonly string[]): void {
  if (allowed.includes(type)) return;
  const expected = allowed.map((one) => `"${one}"`).join(', ');
  throw badRequest(route.name, `Bad HTTP "Content-Type" header: "${type}".  Expecting one of ${expected}.`);
}

async function refuseBody(route: Route, type: string, body: AsyncIterable<Buffer>): Promise<void> {
  if (type === 'text/plain; charset=dropbox-cors-hack') refuseType(route, type, ['application/octet-stream']);
  const text = await textOf(body);
  if (text === '') return;
  throw badRequest(route.name, `The request body is supposed to be empty, but it isn't; got "${text.slice(0, 50)}"`);
}
