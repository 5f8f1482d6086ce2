import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs of the machine that the tests use, each with Debian's name for its package. */
const PROGRAMS: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  ctr: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  runc: 'runc',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
  '/usr/lib/cni/host-local': 'containernetworking-plugins',
  iptables: 'iptables',
  'iptables-restore': 'iptables',
  ip: 'iproute2',
  tc: 'iproute2',
  nsenter: 'util-linux',
  mount: 'mount',
  buildah: 'buildah',
  debootstrap: 'debootstrap',
  unzip: 'unzip',
  openssl: 'openssl',
  sha256sum: 'coreutils',
  ldd: 'libc-bin',
  faketime: 'faketime',
  tar: 'tar',
  '/usr/lib/postgresql/15/bin/postgres': 'postgresql-15',
};

/** Why the tests can't run here, or undefined. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'a node needs Linux';
  if (process.getuid?.() !== 0) return 'a node needs root: sudo -E npm run e2e';
  const missing = [...new Set(Object.entries(PROGRAMS).flatMap(([name, pack]) => (isThere(name) ? [] : [pack])))];
  if (missing.length > 0) return `missing on this machine: ${missing.join(', ')}; install them with: bash e2e/packages`;
  return undefined;
}

const isThere = (program: string): boolean =>
  program.startsWith('/')
    ? isExecutable(program)
    : (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)));

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
