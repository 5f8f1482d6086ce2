import type { IncomingHttpHeaders } from 'node:http';
import { rootInfo, TEAM_MEMBER_ID } from './account-routes.ts';
import { type FolderNode, isWithin } from './nodes.ts';
import type { Route } from './route.ts';
import { badRequest, errorBody, HttpError, nested, type Tagged, unauthorised } from './wire.ts';
import type { World } from './world.ts';

/** The Authorization that the request carries, if the route wants one and its token may use it. */
export function authorise(world: World, route: Route, headers: IncomingHttpHeaders, url: URL): string {
  if (route.style === 'plain') return headers.authorization ?? '';
  const given = headers.authorization ?? url.searchParams.get('authorization');
  if (route.auth === 'app') return authoriseApp(world, route, given);
  if (route.scope === undefined) {
    if (headers.authorization === undefined) return '';
    throw badRequest(route.name, 'This endpoint does not support authentication');
  }
  if (given === null) {
    throw badRequest(route.name, 'Must provide HTTP header "Authorization" or URL parameter "authorization".');
  }
  if (!/^Bearer \S+$/.test(given)) {
    throw badRequest(route.name, 'Invalid authorization value in HTTP header/URL parameter');
  }
  const isTeams = route.auth === 'team';
  if ((route.teamOnly && !world.team) || (isTeams && !world.settings.teamToken))
    throw badRequest(route.name, 'Your API app is not allowed to call this function.');
  world.oauth.admit(given, route.scope);
  refuseForeignMember(world, headers);
  if (world.settings.teamToken && !isTeams) refuseWithoutMember(route, headers);
  return given;
}

function authoriseApp(world: World, route: Route, given: string | null): string {
  if (!given?.startsWith('Basic ')) {
    throw badRequest(route.name, 'Invalid authorization value in HTTP header/URL parameter');
  }
  world.oauth.admitApp(given);
  return given;
}

/** What '' means in this request, by the header Dropbox-API-Path-Root; 422 for roots that are not the account's. */
export function viewFor(world: World, route: Route, headers: IncomingHttpHeaders): FolderNode {
  const header = headers['dropbox-api-path-root'];
  if (typeof header !== 'string') return world.home;
  if (world.settings.appFolder) throw badRequest(route.name, 'Path root is not supported for sandbox app.');
  const root = parsed(route, header);
  if (root['.tag'] === 'home') return world.home;
  if (root['.tag'] === 'root') {
    if (root['root'] === world.tree.top.namespaceId) return world.tree.top;
    throw pathRootError(nested('invalid_root', { invalid_root: rootInfo(world) }));
  }
  const folder = world.tree.namespaces.get(String(root['namespace_id']));
  if (root['.tag'] !== 'namespace_id' || folder === undefined || !isWithin(world.tree.top, folder)) {
    throw pathRootError(nested('no_permission'));
  }
  return folder;
}

function parsed(route: Route, header: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(header));
  } catch {
    throw badRequest(route.name, 'HTTP header "Dropbox-API-Path-Root": could not decode input as JSON');
  }
}

function pathRootError(error: Tagged): HttpError {
  return new HttpError(422, errorBody(error));
}

/** In the service's words (watermint/toolbox#18 and four more). */
function refuseWithoutMember(route: Route, headers: IncomingHttpHeaders): void {
  if (headers['dropbox-api-select-user'] !== undefined || headers['dropbox-api-select-admin'] !== undefined) return;
  throw badRequest(
    route.name,
    'This API function operates on a single Dropbox account, but the OAuth 2 access token you provided is for an entire Dropbox Business team.  Since your API app key has team member file access permissions, you can operate on a team member\'s Dropbox by providing the "Dropbox-API-Select-User" HTTP header or "select_user" URL parameter to specify the exact user <https://www.dropbox.com/developers/documentation/http/teams>.',
  );
}

function refuseForeignMember(world: World, headers: IncomingHttpHeaders): void {
  for (const [header, tag] of [
    ['dropbox-api-select-user', 'invalid_select_user'],
    ['dropbox-api-select-admin', 'invalid_select_admin'],
  ] as const) {
    const member = headers[header];
    if (member !== undefined && (!world.team || member !== TEAM_MEMBER_ID)) throw unauthorised(tag);
  }
}
