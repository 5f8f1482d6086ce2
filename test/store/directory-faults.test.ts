import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, rmdir, symlink } from 'node:fs/promises';
import { constants } from 'node:os';
import { describe, it } from 'node:test';
import type { SkipReason } from '../../src/api/failure-codes/skip-reasons.ts';
import { asFailure } from '../../src/host/errors.ts';
import { groundOf } from '../../src/store/directory/ground.ts';
import { placeOf } from '../../src/store/directory/inside.ts';
import { modesOf } from '../../src/store/directory/modes.ts';
import { reading, skipReasonFor } from '../../src/store/directory/read-faults.ts';
import type { Volume } from '../../src/store/directory/volume.ts';
import { applied, never } from './conformance/fixture.ts';
import { type DirectoryFixture, directoryFixture } from './directory-fixture.ts';

const volumeOf = ({ root, clock }: DirectoryFixture): Volume => ({
  root,
  ground: groundOf(root),
  placeOf,
  clock,
  ownFolders: [],
  modes: modesOf(false),
  requireMount: false,
  throttle: undefined,
  waits: undefined,
});

/** As Node 24 throws it for a number that it has a name for, or none. */
function systemError(number: number, code?: string): Error {
  const word = code ?? `Unknown system error -${number}`;
  return Object.assign(new Error(`${word}: ${word}, opendir '/mnt/office/CASES/Smith'`), {
    code: word,
    errno: -number,
  });
}

const ESTALE = 116;

const REASONS: readonly [number, string | undefined, SkipReason][] = [
  [constants.errno.EACCES, 'EACCES', 'no_access'],
  [constants.errno.EPERM, 'EPERM', 'no_access'],
  [constants.errno.EIO, 'EIO', 'unreadable'],
  [constants.errno.ENAMETOOLONG, 'ENAMETOOLONG', 'path_too_long'],
  [constants.errno.ENOTCONN, 'ENOTCONN', 'unreachable'],
  [constants.errno.ETIMEDOUT, 'ETIMEDOUT', 'unreachable'],
  [constants.errno.ENODEV, 'ENODEV', 'unreachable'],
  [112, 'EHOSTDOWN', 'unreachable'],
  [ESTALE, undefined, 'unreachable'],
  [121, undefined, 'unreachable'],
  [117, undefined, 'unreadable'],
  [126, undefined, 'no_access'],
  [133, undefined, 'unreadable'],
  [524, undefined, 'unreadable'],
];

describe('A fault while a folder is read', { skip: process.platform !== 'linux' && 'numbers of Linux' }, () => {
  for (const [number, code, reason] of REASONS) {
    it(`is ${reason} for ${code ?? `the number ${number}, which Node has no name for,`} when the root answers`, async () => {
      await using fixture = await directoryFixture();
      assert.equal(await skipReasonFor(volumeOf(fixture), 'Smith', systemError(number, code)), reason);
    });
  }

  it('is told by the word of the system where somebody can not do without the file', async () => {
    await using fixture = await directoryFixture();
    const fault = reading(volumeOf(fixture), '/mnt/lease.json', Promise.reject(systemError(ESTALE)));
    await assert.rejects(fault, (error) => {
      const { code, message } = asFailure(error);
      assert.deepEqual(
        [code, message],
        ['DirectoryFailed', "/mnt/lease.json: ESTALE, opendir '/mnt/office/CASES/Smith'"],
      );
      return true;
    });
  });

  it('ends the run when the root itself is gone', async () => {
    await using fixture = await directoryFixture();
    const volume = volumeOf(fixture);
    await volume.ground.assertThere();
    await rename(fixture.root, `${fixture.root}.away`);
    for (const error of [systemError(constants.errno.EIO, 'EIO'), systemError(ESTALE), systemError(2, 'ENOENT')]) {
      await assert.rejects(skipReasonFor(volume, 'Smith', error), { code: 'DirectoryFailed' });
    }
    assert.equal(await skipReasonFor(volume, 'Smith', systemError(13, 'EACCES')), 'no_access');
    await rename(`${fixture.root}.away`, fixture.root);
  });

  it('ends the run when the root has come to lie on another volume', async () => {
    await using fixture = await directoryFixture();
    const [path, elsewhere] = [`${fixture.root}-link`, await mkdtemp('/dev/shm/case-backup-')];
    await symlink(fixture.root, path);
    const ground = groundOf(path);
    await ground.assertThere();
    await rm(path);
    await symlink(elsewhere, path);
    await assert.rejects(ground.assertThere(), { code: 'DirectoryFailed', exit: 'failed' });
    await rmdir(elsewhere);
  });

  it('ends the run, and costs no file, when the process may have no more files open', async () => {
    await using fixture = await directoryFixture();
    for (const code of ['EMFILE', 'ENFILE'] as const) {
      const fault = skipReasonFor(volumeOf(fixture), 'Smith', systemError(constants.errno[code], code));
      await assert.rejects(fault, { code: 'TooManyOpenFiles', exit: 'failed' });
    }
  });
});

describe('A tree', () => {
  it('may be deeper than a process may have files open, and its files are read', async () => {
    await using fixture = await directoryFixture();
    const deep = Array.from({ length: 1200 }, () => 'd').join('/');
    await fixture.seed(`case/${deep}/will.txt`, Buffer.from('the only copy'));
    const entries = await applied(fixture.store.list('case', { recursive: true }, never));
    assert.equal(entries.length, 1201);
    const file = entries.find((entry) => entry.kind === 'file');
    assert.ok(file);
    assert.equal((await fixture.store.load(file, never)).bytes.toString(), 'the only copy');
  });
});
