// Installs the dependencies once per lockfile. Plain JavaScript without dependencies, because it runs before
// anything is installed, under whatever Node the machine has. It is a pre-script and not a first command of the script,
// because the shell of one script remembers where it found node before the pinned one was installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const stamp = new URL('node_modules/.case-backup-setup', root);
const wanted = createHash('sha256')
  .update(readFileSync(new URL('package-lock.json', root)))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('setup: installing dependencies with npm ci (once, about a minute) …');
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  const { status, error } = spawnSync(command, [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(
      `setup: npm ci failed${error ? `: ${error.message}` : ''}. Check the network and run the command again.`,
    );
    process.exit(status ?? 1);
  }
  writeFileSync(stamp, wanted);
  console.error('setup: done');
}
