import { Failure } from '../../host/errors.ts';
import type { Identity, Page, Source } from '../../store/store.ts';
import type { Plan } from './plan.ts';

export interface Backups {
  readonly identity: Identity;
  /** As people know the folder. */
  readonly location: string;
}

/**
 * The source, refusing to list on when the backup folder is found in it: by a bind mount or a shared folder it may lie in
 * a case without either path saying so, and every backup would hold those before it. Excluded with all that it holds, it
 * does no harm.
 */
export function apartFrom(backups: Backups, source: Source, realm: string, plan: Plan): Source {
  const [own] = backups.identity.root.lineage;
  if (own === undefined || backups.identity.realm !== realm) return source;
  return {
    ...source,
    list: (folder, options, signal) => watched(source.list(folder, options, signal)),
    changes: (bookmark, signal) => watched(source.changes(bookmark, signal)),
  };

  async function* watched(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
    for await (const page of pages) {
      for (const entry of page.kind === 'entries' ? page.entries : []) {
        if (entry.kind === 'folder' && entry.identity === own && !plan.excludesBelow(entry.path)) {
          throw overlap(backups.location, source.locate(entry.path));
        }
      }
      yield page;
    }
  }
}

function overlap(location: string, found: string): Failure {
  return new Failure('Overlap', `the backup folder ${location} lies in the source too, at ${found}`, {
    hint: 'take that mount or share away, or exclude the folder with all that it holds: its path and /** in spec.source.exclude',
  });
}
