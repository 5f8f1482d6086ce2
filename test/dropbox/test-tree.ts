import { type Content, fileContent, generatedContent, memoryContent } from './contents.ts';
import {
  type FileFlags,
  type FileNode,
  type FolderFlags,
  type FolderNode,
  pathBelow,
  revOf,
  type TreeNode,
  withDescendants,
} from './nodes.ts';
import { anyNodeAt } from './paths.ts';
import { secondsOf, type World } from './world.ts';

/** Bytes as they are, text, those of a file that stays where it is, or pseudo-random ones that need no storage. */
export type FileContent =
  | Buffer
  | string
  | { readonly file: string }
  | { readonly size: number; readonly seed?: number };

export interface FileOptions {
  /** Default: the clock's now. Cut to whole seconds. */
  readonly clientModified?: Date;
  readonly flags?: FileFlags;
}

export interface FileState {
  readonly path: string;
  readonly size: number;
  readonly rev: string;
  readonly contentHash: string;
  readonly clientModified: Date;
}

export interface GeneratedCases {
  /** The folder above the cases, like `/CASES`. */
  readonly path: string;
  readonly cases: number;
  readonly filesPerCase: number;
  /** Of each file, by its running number from 0. Default 0 bytes: a million empty files cost no hashing. */
  readonly size?: number | ((file: number) => number);
}

/** Direct access for tests, past the API. Paths are those of the home folder; `{ team: true }` those of the team. */
export interface TestTree {
  /** Creates or replaces, with the folders above. Names are taken as they are (NFD too). */
  put(path: string, content: FileContent, options?: FileOptions): FileState;
  putInTeam(path: string, content: FileContent, options?: FileOptions): FileState;
  folder(path: string): void;
  /** Makes a folder the root of a namespace: a shared folder's mount, or a team folder with `inTeam`. */
  namespace(path: string, id: string, inTeam?: boolean): void;
  /** What was there can still be read by its rev, as on the service (dropbox-sdk-java#215). */
  remove(path: string): void;
  /** Removes with all revisions: its revs are not found either. */
  purge(path: string): void;
  move(from: string, to: string): void;
  flag(path: string, flags: FileFlags | undefined): void;
  /** What the account may do with a folder and see of it; one of the team's with `inTeam`. */
  restrict(path: string, flags: FolderFlags | undefined, inTeam?: boolean): void;
  /** Other bytes under the same rev: what a fault of the service's storage would look like. */
  corrupt(path: string, content: FileContent): void;
  generate(cases: GeneratedCases): void;
  exists(path: string): boolean;
  stat(path: string): FileState;
  read(path: string, start?: number, end?: number): Promise<Buffer>;
  /** All files below a folder, path_display without oddities, sorted. */
  files(path?: string): string[];
  /** All cursors given so far are answered with `reset`. */
  resetCursors(): void;
}

export function testTree(world: World): TestTree {
  const { tree, home, clock } = world;
  function existing(path: string): TreeNode {
    const node = anyNodeAt(tree, home, path);
    if (node === undefined) throw new Error(`the emulator has no ${path}`);
    return node;
  }
  function file(path: string): FileNode {
    const node = existing(path);
    if (node.kind === 'folder') throw new Error(`${path} is a folder in the emulator`);
    return node;
  }
  function put(base: FolderNode, path: string, content: FileContent, options: FileOptions = {}): FileState {
    const { folder, name } = parentOf(base, path);
    const state = {
      content: contentFrom(content),
      clientModified: options.clientModified ? Math.floor(options.clientModified.getTime() / 1000) : secondsOf(clock),
      serverModified: secondsOf(clock),
      flags: options.flags,
    };
    const present = tree.child(folder, name.normalize('NFC'));
    if (present?.kind === 'folder') throw new Error(`${path} is a folder in the emulator`);
    if (present === undefined) return stateOf(tree.makeFile(folder, name, state));
    tree.replaceFile(present, state);
    return stateOf(present);
  }
  function parentOf(base: FolderNode, path: string): { folder: FolderNode; name: string } {
    const names = path.split('/').slice(1);
    const name = names.pop() ?? '';
    return { folder: tree.makeFolders(base, names), name };
  }
  function stateOf(node: FileNode): FileState {
    return {
      path: pathBelow(tree.top, node, 'name') ?? '',
      size: node.content.size,
      rev: revOf(node),
      contentHash: node.content.hash(),
      clientModified: new Date(node.clientModified * 1000),
    };
  }

  return {
    put: (path, content, options) => put(home, path, content, options),
    putInTeam: (path, content, options) => put(tree.top, path, content, options),
    folder(path) {
      tree.makeFolders(home, path.split('/').slice(1));
    },
    namespace(path, id, inTeam = false) {
      tree.makeNamespace(tree.makeFolders(inTeam ? tree.top : home, path.split('/').slice(1)), id);
    },
    remove: (path) => tree.remove(existing(path), secondsOf(clock)),
    purge: (path) => tree.purge(existing(path), secondsOf(clock)),
    move(from, to) {
      const { folder, name } = parentOf(home, to);
      tree.move(existing(from), folder, name, secondsOf(clock));
    },
    flag(path, flags) {
      file(path).flags = flags;
    },
    restrict(path, flags, inTeam = false) {
      const folder = anyNodeAt(tree, inTeam ? tree.top : home, path);
      if (folder?.kind !== 'folder') throw new Error(`the emulator has no folder ${path}`);
      tree.restrict(folder, flags);
    },
    corrupt(path, content) {
      file(path).content = contentFrom(content);
    },
    generate: (cases) => generate(world, cases),
    exists: (path) => anyNodeAt(tree, home, path) !== undefined,
    stat: (path) => stateOf(file(path)),
    async read(path, start = 0, end = Number.POSITIVE_INFINITY) {
      const { content } = file(path);
      const pieces: Buffer[] = [];
      for await (const piece of content.read(start, Math.min(end, content.size))) pieces.push(Buffer.from(piece));
      return Buffer.concat(pieces);
    },
    files(path = '') {
      const below = [...withDescendants(existing(path))].filter((node) => node.kind === 'file');
      return below.map((node) => pathBelow(home, node, 'name') ?? '').sort();
    },
    resetCursors() {
      world.settings.cursorEpoch++;
    },
  };
}

function contentFrom(content: FileContent): Content {
  if (typeof content === 'string') return memoryContent(Buffer.from(content));
  if (Buffer.isBuffer(content)) return memoryContent(content);
  return 'file' in content ? fileContent(content.file) : generatedContent(content.size, content.seed ?? 1);
}

function generate({ tree, home, clock }: World, cases: GeneratedCases): void {
  const empty = memoryContent(Buffer.alloc(0));
  const base = tree.makeFolders(home, cases.path.split('/').slice(1));
  const now = secondsOf(clock);
  const { size = 0 } = cases;
  for (let index = 0; index < cases.cases; index++) {
    const folder = tree.makeFolder(base, `USA${String(index + 1).padStart(5, '0')}_Client_${index + 1}`);
    for (let inCase = 0; inCase < cases.filesPerCase; inCase++) {
      const number = index * cases.filesPerCase + inCase;
      const bytes = typeof size === 'number' ? size : size(number);
      const content = bytes === 0 ? empty : generatedContent(bytes, number + 1);
      tree.makeFile(folder, `document-${inCase + 1}.pdf`, { content, clientModified: now, serverModified: now });
    }
  }
}
