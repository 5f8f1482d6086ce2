import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FileEntry, type Store, Unavailable } from '../../src/store/store.ts';
import type { Effect } from '../dropbox/fault-effects.ts';
import { digestOf, fileAt, MIB, never, pattern } from './conformance/fixture.ts';
import { type Fixture, openFixture } from './dropbox-fixture.ts';
import { DOWNLOAD } from './large-file.ts';

const SIZE = 5 * MIB + 3;
/** Of a MiB, the last one of three bytes. */
const RANGES = 6;
const BYTES = pattern(SIZE);

interface Scan {
  readonly store: Store;
  readonly file: FileEntry;
}

async function putScan({ emulator, at }: Fixture): Promise<Scan> {
  emulator.tree.put('/CASES/scan.pdf', BYTES);
  const store = at('/CASES');
  return { store, file: await fileAt(store, 'scan.pdf') };
}

const askedFor = ({ emulator }: Fixture): string[] =>
  emulator
    .requests()
    .filter(({ route }) => route === DOWNLOAD)
    .map(({ headers }) => String(headers['range'] ?? 'all'));

async function assertLoaded({ store, file }: Scan): Promise<void> {
  const { bytes, digest } = await store.load(file, never);
  assert.ok(bytes.equals(BYTES));
  assert.deepEqual(digest, digestOf(BYTES));
}

test('a file of more than a MiB is loaded in ranges that are under way side by side', { timeout: 20_000 }, async () => {
  await using fixture = await openFixture();
  const scan = await putScan(fixture);
  const allUnderWay = Promise.withResolvers<void>();
  let underWay = 0;
  fixture.emulator.faults.onRequest(async ({ route }) => {
    if (route !== DOWNLOAD) return;
    underWay += 1;
    if (underWay === RANGES) allUnderWay.resolve();
    await allUnderWay.promise;
  });
  await assertLoaded(scan);
  const asked = askedFor(fixture);
  assert.equal(asked.length, RANGES);
  assert.ok(asked.includes(`bytes=${5 * MIB}-${SIZE - 1}`));
});

for (const [what, effect, again] of [
  ['that is cut goes on where it was', { kind: 'reset', at: 'responseBody', afterBytes: MIB / 2 }, 2.5 * MIB],
  ['that is refused is asked for again', { kind: 'status', status: 503 }, 2 * MIB],
  ['that is too short goes on', { kind: 'truncate', bytes: 1000, framing: 'chunked' }, 2 * MIB + 1000],
] as const satisfies readonly (readonly [string, Effect, number])[]) {
  test(`one range of a loaded file ${what}, and the others come once`, async () => {
    await using fixture = await openFixture();
    const scan = await putScan(fixture);
    fixture.emulator.faults.add({ route: DOWNLOAD, range: /^bytes=2097152-/, times: 1, effect });
    await assertLoaded(scan);
    const asked = askedFor(fixture);
    assert.equal(asked.length, RANGES + 1);
    assert.ok(asked.filter((range) => range === `bytes=${again}-${3 * MIB - 1}`).length >= 1);
  });
}

for (const [what, effect] of [
  ['ignored', { kind: 'ignoreRange' }],
  ['refused', { kind: 'status', status: 416 }],
  ['answered with others', { kind: 'header', name: 'content-range', value: 'bytes 1-2/3' }],
] as const satisfies readonly (readonly [string, Effect])[]) {
  test(`where ranges are ${what}, a loaded file comes over one connection`, async () => {
    await using fixture = await openFixture();
    const scan = await putScan(fixture);
    fixture.emulator.faults.add({ route: DOWNLOAD, range: /^bytes=/, times: Number.POSITIVE_INFINITY, effect });
    await assertLoaded(scan);
    assert.equal(askedFor(fixture).filter((range) => range === 'all').length, 1);
  });
}

test('a wrong byte in one range is found by the hash of the whole, which is loaded again', async () => {
  await using fixture = await openFixture();
  const scan = await putScan(fixture);
  fixture.emulator.faults.add({ route: DOWNLOAD, range: /^bytes=3145728-/, times: 1, effect: { kind: 'flip', at: 9 } });
  await assertLoaded(scan);
  assert.equal(askedFor(fixture).length, 2 * RANGES);
});

for (const [error, reason] of [
  ['path/not_found', 'deleted_during_run'],
  ['path/restricted_content', 'restricted_content'],
] as const) {
  test(`a file of which one range is refused with ${error} is left out as ${reason}`, async () => {
    await using fixture = await openFixture();
    const { store, file } = await putScan(fixture);
    fixture.emulator.faults.add({
      route: DOWNLOAD,
      range: /^bytes=4194304-/,
      times: Number.POSITIVE_INFINITY,
      effect: { kind: 'refusal', error },
    });
    await assert.rejects(
      store.load(file, never),
      (refused) => refused instanceof Unavailable && refused.reason === reason,
    );
    while ((fixture.emulator.stats().routes[DOWNLOAD]?.inFlight ?? 0) > 0)
      await new Promise((next) => setTimeout(next, 5));
  });
}
