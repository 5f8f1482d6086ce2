import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideFailure } from '../../../src/backup/archive/failed-input.ts';
import type { PlannedInput } from '../../../src/backup/archive/planned-input.ts';
import { Failure } from '../../../src/host/errors.ts';
import { Unavailable } from '../../../src/store/store.ts';

const never = new AbortController().signal;

/** A planned file of which only a fresh look matters here. */
function input(refresh: () => Promise<boolean> = async () => true): PlannedInput & { looks: number } {
  const partial: Partial<PlannedInput> & { looks: number } = {
    looks: 0,
    async refresh() {
      partial.looks += 1;
      return await refresh();
    },
  };
  return partial as PlannedInput & { looks: number };
}

const CHANGED = [new Unavailable('changed_during_run'), new Failure('SizeMismatch', 'it has another size than listed')];
const WRONG = new Failure('TransferMismatch', 'the bytes are others');

test('a file that is gone, withheld or unreadable is left out at once, with its own reason', async () => {
  for (const reason of ['deleted_during_run', 'restricted_content', 'locked', 'unreadable', 'export_failed'] as const)
    assert.deepEqual(await decideFailure(input(), new Unavailable(reason), 1, never), { skip: reason });
});

test('a file that changed is looked at anew and tried again, twice, and then left out', async () => {
  for (const error of CHANGED) {
    const file = input();
    assert.equal(await decideFailure(file, error, 1, never), 'retry');
    assert.equal(await decideFailure(file, error, 2, never), 'retry');
    assert.equal(file.looks, 2);
    assert.deepEqual(await decideFailure(file, error, 3, never), { skip: 'changed_during_run' });
  }
});

test('a file that stays the listed one and comes in another size is tried again, and the third time left out', async () => {
  const file = input(async () => false);
  assert.equal(await decideFailure(file, CHANGED[1], 1, never), 'retry');
  assert.equal(await decideFailure(file, CHANGED[1], 2, never), 'retry');
  assert.deepEqual(await decideFailure(file, CHANGED[1], 3, never), { skip: 'transfer_failed' });
});

test('a file that is gone when it is looked at anew is left out as deleted', async () => {
  const gone = input(async () => {
    throw new Unavailable('deleted_during_run');
  });
  assert.deepEqual(await decideFailure(gone, CHANGED[0], 1, never), { skip: 'deleted_during_run' });
});

test('a store that fails at the second look ends the run', async () => {
  const failure = new Failure('RemoteUnavailable', 'the remote is away');
  const broken = input(async () => {
    throw failure;
  });
  await assert.rejects(decideFailure(broken, CHANGED[0], 1, never), failure);
});

test('a wrong transfer is made again without a second look, and after the third one the file is left out', async () => {
  const file = input();
  assert.equal(await decideFailure(file, WRONG, 1, never), 'retry');
  assert.equal(await decideFailure(file, WRONG, 2, never), 'retry');
  assert.equal(file.looks, 0);
  assert.deepEqual(await decideFailure(file, WRONG, 3, never), { skip: 'transfer_failed' });
});

test('whatever is no matter of one file ends the run as it is', async () => {
  for (const error of [
    new Failure('RefreshTokenRefused', 'the token is revoked'),
    new Failure('RateLimited', 'limited for hours'),
    new TypeError('a fault of ours'),
  ])
    await assert.rejects(decideFailure(input(), error, 1, never), error);
});
