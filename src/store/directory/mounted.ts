import { constants } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';

/** One line of /proc/self/mountinfo, as far as it is of use here (proc_pid_mountinfo(5)). */
interface Mount {
  readonly id: string;
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
  const [id, at, type] = [fields[0], fields[4], fields[fields.indexOf('-') + 1]];
  if (!id || !at || !type) return undefined;
  return { id, at: at.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))), type };
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
