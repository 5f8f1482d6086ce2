import { randomBytes } from 'node:crypto';
import { FAKE_SECRETS } from '../support/fake-secrets.ts';
import { LINK_PREFIX } from './addressing.ts';
import { required, struct, text } from './argument-checks.ts';
import { metadataOf } from './metadata.ts';
import { idOf } from './nodes.ts';
import { READ_PATH } from './paths.ts';
import { rangeOf } from './range.ts';
import { readableFile } from './read-routes.ts';
import { plain, type Route, rpc } from './route.ts';
import { HttpError, Refusal } from './wire.ts';
import type { Answer, Call } from './world.ts';

const LINK_LIFETIME_MS = 4 * 3_600_000;

export const LINK_ROUTES: readonly Route[] = [
  rpc('files/get_temporary_link', struct({ path: required(text(READ_PATH)) }), {
    scope: 'files.content.read',
    handle(call, args) {
      const file = readableFile(call, args.path);
      const node = 'node' in file ? file.node : file;
      if (node.flags?.downloadable === false) throw new Refusal('unsupported_file');
      const secret = FAKE_SECRETS.temporaryLinkPrefix + randomBytes(24).toString('base64url');
      call.world.links.set(secret, { id: idOf(node), expires: call.world.clock.now().getTime() + LINK_LIFETIME_MS });
      const link = `${call.origin}${LINK_PREFIX}${secret}/file`;
      return { json: { metadata: metadataOf(call.view, node), link } };
    },
  }),
  plain('link', (call: Call, args: { readonly target: string }) => linked(call, args.target)),
];

function linked(call: Call, target: string): Answer {
  const { links, tree, clock } = call.world;
  const secret = target.slice(LINK_PREFIX.length).split('/')[0] ?? '';
  const link = links.get(secret);
  const node = link && tree.byId(link.id);
  if (link === undefined || node?.kind !== 'file') throw new HttpError(404, 'Not found');
  if (clock.now().getTime() >= link.expires) throw new HttpError(410, 'This link has expired');
  const range = rangeOf(call, node.content.size);
  const { start, end } = range ?? { start: 0, end: node.content.size };
  const headers: Record<string, string> = { 'Content-Type': 'application/binary', 'Accept-Ranges': 'bytes' };
  if (range) headers['Content-Range'] = `bytes ${start}-${end - 1}/${node.content.size}`;
  return { status: range ? 206 : 200, headers, content: node.content, start, end };
}
