import { optional, struct, text } from './argument-checks.ts';
import { hashOfBlocks } from './block-hasher.ts';
import { COMMIT_FIELDS, commitFile } from './commit.ts';
import { type Content, memoryContent } from './contents.ts';
import { metadataOf } from './metadata.ts';
import { type Body, uploadedBytes } from './request-body.ts';
import { type Route, upload } from './route.ts';
import { writeAt } from './sessions.ts';
import { Refusal } from './wire.ts';
import type { Call } from './world.ts';

export const CONTENT_HASH = text(/^[0-9a-f]{64}$/);

/** Larger ones go to the disk. */
const MEMORY_BYTES = 64 * 1024;

export const UPLOAD_ROUTES: readonly Route[] = [
  upload('files/upload', struct({ ...COMMIT_FIELDS, content_hash: optional(CONTENT_HASH) }), {
    scope: 'files.content.write',
    writes: true,
    async handle(call, args) {
      const content = await stored(call, await uploadedBytes(call, args.content_hash));
      try {
        return { json: metadataOf(call.view, await commitFile(call, args, content)) };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const session = call.world.sessions.start(false);
        throw new Refusal({ '.tag': 'path', reason: error.error, upload_session_id: session.id });
      }
    },
  }),
];

async function stored(call: Call, body: Body): Promise<Content> {
  if (body.length <= MEMORY_BYTES) return memoryContent(Buffer.concat(body.pieces));
  const file = call.world.contents.newFile();
  await writeAt(file, 0, body);
  return await call.world.contents.adopt(file, body.length, hashOfBlocks(body.blocks()));
}
