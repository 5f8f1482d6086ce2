import assert from 'node:assert/strict';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { Conflict, type FileEntry, type Store } from '../../../src/store/store.ts';
import { assertConflict, contentAt, digestOf, fileAt, listed, MIB, never, pattern, type Sentence } from './fixture.ts';

const CONTENDERS = 10;
const ROUNDS = 4;
/** Each a little later in the put than the one before. */
const OVERTAKINGS = 40;

export function swappingSentences(sentence: Sentence): void {
  for (const size of [0, 1, 4 * MIB]) {
    sentence(`puts a file of ${size} bytes where there is none`, async ({ store }) => {
      const bytes = pattern(size);
      const put = await store.put('state/lease.json', bytes, 'absent', never);
      assert.equal(put.size, size);
      assert.equal(put.contentHash, digestOf(bytes).contentHash);
      assert.equal(put.rev, (await fileAt(store, 'state/lease.json')).rev);
      assert.ok((await contentAt(store, 'state/lease.json')).equals(bytes));
      assert.deepEqual(await listed(store), ['file state/lease.json', 'folder state']);
    });
  }

  sentence('makes the root for the first file that is put', async ({ rootless }) => {
    await rootless.put('state/lease.json', Buffer.from('1'), 'absent', never);
    assert.equal((await contentAt(rootless, 'state/lease.json')).toString(), '1');
  });

  sentence('does not put a new file where there is one, even with equal bytes', async ({ store, seed, seedFolder }) => {
    await seed('file.json', Buffer.from('precious'));
    await seedFolder('folder');
    await assertConflict(store.put('file.json', Buffer.from('other'), 'absent', never));
    await assertConflict(store.put('file.json', Buffer.from('precious'), 'absent', never));
    await assertConflict(store.put('folder', Buffer.from('other'), 'absent', never));
    assert.equal((await contentAt(store, 'file.json')).toString(), 'precious');
  });

  sentence('swaps a file for one of the same size, which has another revision', async ({ store }) => {
    const first = await store.put('lease.json', Buffer.from('one'), 'absent', never);
    const second = await store.put('lease.json', Buffer.from('two'), { rev: first.rev }, never);
    assert.notEqual(second.rev, first.rev);
    assert.equal((await contentAt(store, 'lease.json')).toString(), 'two');
  });

  sentence('does not swap a revision that is not the present one', async ({ store, seed, unseed }) => {
    const first = await store.put('lease.json', Buffer.from('one'), 'absent', never);
    await seed('lease.json', Buffer.from('two'));
    await assertConflict(store.put('lease.json', Buffer.from('six'), { rev: first.rev }, never));
    assert.equal((await contentAt(store, 'lease.json')).toString(), 'two');
    const second = await fileAt(store, 'lease.json');
    await unseed('lease.json');
    await assertConflict(store.put('lease.json', Buffer.from('six'), { rev: second.rev }, never));
    assert.equal(await store.stat('lease.json', never), undefined);
  });

  sentence('never gives the revision of what another writer has put there meanwhile', async ({ store, seed }) => {
    for (let round = 0; round < OVERTAKINGS; round++) {
      const before = await store.stat('lease.json', never);
      const own = Buffer.from(`own ${round}`);
      const putting = store.put('lease.json', own, before?.kind === 'file' ? before : 'absent', never);
      const settled = putting.then(
        ({ rev }) => rev,
        (error: unknown) => assert.ok(error instanceof Conflict, String(error)),
      );
      for (let turn = 0; turn < round * 4; turn++) await yieldToOthers();
      await seed('lease.json', Buffer.from(`another writer, in round ${round}`));
      const rev = await settled;
      const there = await fileAt(store, 'lease.json');
      if (rev === there.rev) assert.ok((await contentAt(store, 'lease.json')).equals(own), `round ${round}`);
    }
  });

  sentence(`lets exactly one of ${CONTENDERS} make a file that all make at once`, async ({ store }) => {
    const winner = await contend(store, 'absent', 0);
    assert.equal((await contentAt(store, 'lease.json')).toString(), winner.bytes);
  });

  sentence(`lets exactly one of ${CONTENDERS} swap the same revision, in every round`, async ({ store }) => {
    let current = await store.put('lease.json', Buffer.from('start'), 'absent', never);
    for (let round = 1; round <= ROUNDS; round++) {
      const winner = await contend(store, { rev: current.rev }, round);
      assert.equal((await contentAt(store, 'lease.json')).toString(), winner.bytes);
      current = winner.file;
    }
    assert.deepEqual(await listed(store), ['file lease.json']);
  });
}

/** All put different bytes of one length at once; the one that won. */
async function contend(
  store: Store,
  expect: 'absent' | { readonly rev: string },
  round: number,
): Promise<{ readonly file: FileEntry; readonly bytes: string }> {
  const texts = Array.from({ length: CONTENDERS }, (_, i) => `round ${round} contender ${i}`);
  const outcomes = await Promise.allSettled(
    texts.map((text) => store.put('lease.json', Buffer.from(text), expect, never)),
  );
  const won: { file: FileEntry; bytes: string }[] = [];
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') won.push({ file: outcome.value, bytes: texts[i] ?? '' });
    else assert.ok(outcome.reason instanceof Conflict, String(outcome.reason));
  }
  const [winner] = won;
  assert.ok(winner && won.length === 1, `${won.length} won round ${round}`);
  return winner;
}
