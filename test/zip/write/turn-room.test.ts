import assert from 'node:assert/strict';
import test from 'node:test';
import { type Seat, turnRoom } from '../../../src/zip/write/turn-room.ts';

const { signal } = new AbortController();
const soon = () => new Promise((resolve) => setImmediate(resolve));

/** Whether a take has been granted by now. */
function watched(take: Promise<void> | undefined): { isGranted: boolean; error?: unknown } {
  const seen: { isGranted: boolean; error?: unknown } = { isGranted: take === undefined };
  take?.then(
    () => {
      seen.isGranted = true;
    },
    (error: unknown) => {
      seen.error = error;
    },
  );
  return seen;
}

test('what fits enters at once, what does not is refused and told when there is room', () => {
  let told = 0;
  const room = turnRoom(100, () => {
    told += 1;
  });
  assert.equal(room.enter(1, 60), true);
  assert.equal(room.enter(2, 40), true);
  assert.equal(room.enter(3, 1), false);
  room.change(-10);
  assert.equal(told, 1);
  assert.equal(room.enter(3, 10), true);
});

test('whose turn it is gets in whatever is held, and so does who comes while nothing is', () => {
  const room = turnRoom(100, () => undefined);
  assert.equal(room.enter(5, 1000), true, 'nothing else is held');
  assert.equal(room.enter(1, 1), false);
  room.goTo(1);
  assert.equal(room.enter(1, 500), true);
});

test('who waits is granted in the order of the archive, and nobody behind overtakes', async () => {
  const room = turnRoom(100, () => undefined);
  room.enter(1, 90);
  const [late, early] = [room.seat(9, 0), room.seat(4, 0)];
  const takes = [late.take(20, signal), early.take(30, signal), early.take(5, signal)].map(watched);
  assert.equal(room.enter(10, 1), false, 'others wait');
  room.change(-50);
  await soon();
  assert.deepEqual(
    takes.map(({ isGranted }) => isGranted),
    [true, true, true],
  );
  assert.equal(watched(early.take(10, signal)).isGranted, false, '95 are held');
  assert.equal(watched(room.seat(2, 0).take(5, signal)).isGranted, true, 'it comes before the one that waits');
});

test('a stream uses what it entered with before it takes more', () => {
  const room = turnRoom(100, () => undefined);
  room.enter(3, 40);
  const seat = room.seat(3, 40);
  assert.equal(watched(seat.take(30, signal)).isGranted, true);
  assert.equal(watched(seat.take(30, signal)).isGranted, true);
  assert.equal(room.enter(4, 41), false, '60 are held');
  assert.equal(room.enter(4, 40), true);
});

test('the stream whose turn it is always has two pieces, whatever the others hold', async () => {
  const room = turnRoom(100, () => undefined);
  room.enter(2, 100);
  room.enter(1, 0);
  const seat = room.seat(0, 0);
  assert.equal(watched(seat.take(50, signal)).isGranted, true);
  assert.equal(watched(seat.take(50, signal)).isGranted, true);
  const third = watched(seat.take(50, signal));
  await soon();
  assert.equal(third.isGranted, false);
  seat.give(50);
  await soon();
  assert.equal(third.isGranted, true);
});

test('a stream that waits when its turn comes gets its due', async () => {
  const room = turnRoom(100, () => undefined);
  room.enter(9, 100);
  const first = watched(room.seat(3, 0).take(50, signal));
  await soon();
  assert.equal(first.isGranted, false);
  room.goTo(3);
  await soon();
  assert.equal(first.isGranted, true);
});

test('who is aborted while it waits is told why, and makes way', async () => {
  const room = turnRoom(100, () => undefined);
  room.enter(1, 90);
  const abort = new AbortController();
  const leaving = watched(room.seat(2, 0).take(50, abort.signal));
  const behind = watched(room.seat(3, 0).take(10, signal));
  abort.abort('enough');
  await soon();
  assert.deepEqual([leaving.error, behind.isGranted], ['enough', true]);
  await assert.rejects(
    async () => await room.seat(4, 0).take(50, abort.signal),
    (reason) => reason === 'enough',
  );
});

test('a stream that leaves gives back all that it held, once, whatever it gives later', () => {
  const room = turnRoom(100, () => undefined);
  const leave = (seat: Seat): void => {
    seat.leave();
    seat.leave();
    seat.give(30);
  };
  room.enter(1, 40);
  const seat = room.seat(1, 40);
  void seat.take(30, signal);
  leave(seat);
  assert.equal(room.enter(2, 100), true);
  assert.equal(room.enter(3, 1), false);
});
