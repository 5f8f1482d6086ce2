import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Route } from './route.ts';

/** Where the path of a temporary link begins. */
export const LINK_PREFIX = '/cd/0/get/';

/** The route behind a URL. A client that uses the service's host names must use the right one. */
export function routeFor(routes: ReadonlyMap<string, Route>, path: string, host: string): Route | undefined {
  const route = routes.get(nameOf(path));
  const label = /^(\w+)\.dropboxapi\.com/.exec(host)?.[1];
  return route === undefined || label === undefined || label === route.host || route.style === 'plain'
    ? route
    : undefined;
}

function nameOf(path: string): string {
  if (path.startsWith(LINK_PREFIX)) return 'link';
  return path === '/1/oauth2/token' ? 'oauth2/token' : path.replace(/^\/2\//, '').replace(/^\/oauth2/, 'oauth2');
}

/** Where a temporary link can be reached by the client that asks for it. */
export function originOf(request: IncomingMessage): string {
  const scheme = request.socket instanceof TLSSocket ? 'https' : 'http';
  const host = request.headers.host ?? '127.0.0.1';
  return `${scheme}://${host.replace(/^api\.dropboxapi/, 'content.dropboxapi')}`;
}
