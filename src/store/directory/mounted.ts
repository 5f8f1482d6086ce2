import { constants } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';

/** One line of /proc/self/mountinfo, as far as it is of use here (proc_pid_mountinfo(5)). */
interface Mount {
  readonly id: string;
  /** The mount that it lies on. */
  readonly parent: string;
  readonly device: string;
  /** Which folder of its device. */
  readonly shows: string;
  readonly at: string;
  readonly type: string;
}

/**
 * Whether a volume is mounted at a folder (a real path) or above it, the root of all not counted. By the mount that the
 * kernel says the open folder is on: a bind mount has the device of the disk that it shows a part of, and a mount that lies
 * under another one is not what is seen. An automount point whose volume did not come is none.
 */
export async function isMounted(folder: string): Promise<boolean> {
  const mounts = await readMounts();
  if (mounts === undefined) return (await stat(folder)).dev !== (await stat('/')).dev;
  const id = await mountIdOf(folder);
  const mount = mounts.find((candidate) => candidate.id === id) ?? nearest(mounts, folder);
  return mount !== undefined && mount.at !== '/' && mount.type !== 'autofs';
}

async function readMounts(): Promise<Mount[] | undefined> {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => undefined);
  return text?.split('\n').flatMap((line) => mountIn(line) ?? []);
}

function mountIn(line: string): Mount | undefined {
  const fields = line.split(' ');
  const [id, parent, device, shows, at] = fields;
  const type = fields[fields.indexOf('-') + 1];
  if (!id || !parent || !device || !shows || !at || !type) return undefined;
  return {
    id,
    parent,
    device,
    shows,
    type,
    at: at.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
  };
}

/** Undefined where the kernel does not say (before Linux 3.15, gVisor). */
async function mountIdOf(folder: string): Promise<string | undefined> {
  await using handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  const info = await readFile(`/proc/self/fdinfo/${handle.fd}`, 'utf8').catch(() => '');
  return /^mnt_id:\s*(\d+)$/m.exec(info)?.[1];
}

/** The longest mount point above the folder; of equal ones the last, which lies on top. */
function nearest(mounts: readonly Mount[], folder: string): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    const isAbove = mount.at === '/' || `${folder}/`.startsWith(`${mount.at}/`);
    if (isAbove && mount.at.length >= (found?.at.length ?? 0)) found = mount;
  }
  return found;
}

/**
 * What is mounted below a folder (a real path), by the path below it: nothing where the system does not tell. Not what a
 * server or an automounter mounts when it is entered, and takes away again when nobody has been there for a while.
 */
export async function mountedBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  const mounts = (await readMounts()) ?? [];
  const byId = new Map(mounts.map((mount) => [mount.id, mount]));
  const below = folder === '/' ? folder : `${folder}/`;
  const found = new Map<string, string>();
  for (const { parent, device, shows, at, type } of mounts) {
    if (!at.startsWith(below) || type === 'autofs') continue;
    const above = byId.get(parent)?.type ?? '';
    const isOnDemand = above === 'autofs' || (NETWORK.test(type) && NETWORK.test(above));
    // Of several at one place the last lies on top.
    if (!isOnDemand) found.set(at.slice(below.length), `${device} ${shows}`);
  }
  return found;
}

/** Whose servers may have volumes within what they export (NFS crossing mounts, DFS). */
const NETWORK = /^(?:nfs4?|cifs|smb3)$/;
