import { execFileSync } from 'node:child_process';
import { chmodSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pauseBinary } from '../cluster/binaries.ts';
import { command } from '../cluster/command.ts';
import { PAUSE_IMAGE } from '../cluster/places.ts';
import { cachedImage, type ImageRecipe } from './cached-image.ts';
import { librariesOf, packImage, put, takeAlong } from './pack.ts';

/** What the pods of the tests are made of, each by the name that they ask for. */
export const PRODUCT_IMAGE = 'case-backup.test/case-backup:e2e';
export const DROPBOX_IMAGE = 'case-backup.test/dropbox:e2e';
export const POSTGRES_IMAGE = 'case-backup.test/postgres:15';

const ROOT = join(import.meta.dirname, '..', '..');
const NODE_BINARY = join(ROOT, 'node_modules', 'node', 'bin', 'node');
const THIS = [import.meta.filename, join(import.meta.dirname, 'pack.ts')];
const sources = (...patterns: readonly string[]): string[] =>
  patterns.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).map((path) => join(ROOT, path));

export async function pauseArchive(): Promise<string> {
  const binary = await pauseBinary();
  return await cachedImage({
    name: 'pause',
    files: [...THIS, binary],
    words: [PAUSE_IMAGE],
    async make(archive, work) {
      const root = join(work, 'root');
      put(root, binary, '/pause');
      await packImage({ reference: PAUSE_IMAGE, root, entrypoint: ['/pause'], user: '65535:65535' }, archive, work);
    },
  });
}

/** Archive of the product's own. */
export const productArchive = (): Promise<string> => cachedImage(PRODUCT);

/** Archives of all others. */
export async function archives(): Promise<string[]> {
  const made: string[] = [];
  // One after the other: two processors have enough to do with one.
  for (const recipe of [PRODUCT, DROPBOX, POSTGRES]) made.push(await cachedImage(recipe));
  return made;
}

/** The product's own, as .ci/build-image makes it of the Dockerfile. */
const PRODUCT: ImageRecipe = {
  name: 'case-backup',
  files: sources('Dockerfile', 'package*.json', '.npmrc', 'LICENSE', '.ci/build-image', 'cmd/**/*.*', 'src/**/*.*'),
  words: [PRODUCT_IMAGE, process.version],
  async make(archive, work) {
    const log = await command('bash', join(ROOT, '.ci', 'build-image'), work);
    const storage = ['--root', join(work, 'storage'), '--runroot', join(work, 'run'), '--storage-driver', 'vfs'];
    const to = `docker-archive:${archive}:${PRODUCT_IMAGE}`;
    await command('buildah', ...storage, 'push', '-q', 'localhost/case-backup:test', to).catch((cause) => {
      throw new Error(`the image could not be written:\n${log}`, { cause });
    });
  },
};

/** The Dropbox of the tests: Node, our sources and the emulator. */
const DROPBOX: ImageRecipe = {
  name: 'dropbox',
  files: [
    ...THIS,
    ...sources('package.json', 'src/**/*.ts', 'test/{dropbox,support}/*.ts', 'e2e/images/{dropbox-pod,orders}.ts'),
  ],
  words: [DROPBOX_IMAGE, process.version],
  async make(archive, work) {
    const root = join(work, 'root');
    takeAlong(root, ...(await librariesOf(NODE_BINARY)));
    put(root, NODE_BINARY, '/usr/bin/node');
    for (const path of ['package.json', 'src', 'test/dropbox', 'test/support', 'e2e/images'])
      put(root, join(ROOT, path), join('/app', path));
    const entrypoint = ['/usr/bin/node', 'e2e/images/dropbox-pod.ts'];
    const contents = { reference: DROPBOX_IMAGE, root, entrypoint, user: '10001:10001', workingDir: '/app' };
    await packImage(contents, archive, work);
  },
};

/** Debian's Postgres 15 as it is installed here, with what it loads. */
const POSTGRES: ImageRecipe = {
  name: 'postgres',
  files: THIS,
  words: [POSTGRES_IMAGE, installedVersion('postgresql-15')],
  async make(archive, work) {
    const root = join(work, 'root');
    const home = '/usr/lib/postgresql/15';
    const modules = globSync(`${home}/lib/*.so`).filter((path) => !path.includes('llvmjit'));
    const programs = ['/bin/sh', ...globSync(`${home}/bin/{initdb,postgres,pg_isready}`), ...modules];
    takeAlong(root, ...programs, ...(await librariesOf(...programs)));
    takeAlong(root, '/usr/share/postgresql/15', '/usr/share/zoneinfo');
    mkdirSync(join(root, 'etc'), { recursive: true });
    // initdb refuses a user without a name.
    writeFileSync(join(root, 'etc', 'passwd'), 'postgres:x:70:70::/data:/bin/sh\n');
    writeFileSync(join(root, 'etc', 'group'), 'postgres:x:70:\n');
    writeFileSync(join(root, 'start'), START);
    chmodSync(join(root, 'start'), 0o755);
    const env = { PATH: `${home}/bin:/usr/bin:/bin`, PGDATA: '/data/pg' };
    await packImage({ reference: POSTGRES_IMAGE, root, entrypoint: ['/start'], user: '70:70', env }, archive, work);
  },
};

/** The superuser's password lies in a mounted file, as in the images that people use. */
const START = `#!/bin/sh
set -e
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb -A scram-sha-256 -U postgres --pwfile "$POSTGRES_PASSWORD_FILE" -E UTF8 --locale=C -N >/dev/null
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
fi
exec postgres -c listen_addresses='*' -c unix_socket_directories=/data -c fsync=off -c shared_buffers=16MB
`;

function installedVersion(name: string): string {
  try {
    return execFileSync('dpkg-query', ['--show', name], { encoding: 'utf8' });
  } catch {
    return 'none'; // e2e/run.ts says what is missing
  }
}

// For .ci/image, which tests what was built.
if (import.meta.main) console.log(await productArchive());
