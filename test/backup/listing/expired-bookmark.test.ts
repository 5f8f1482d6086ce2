import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listedPlan } from './listed-plan.ts';
import { newOffice, type Office } from './office.ts';
import { feedSource, type Step } from './office-source.ts';

function eightCases(): Office {
  const office = newOffice({ ignoresCase: true });
  for (let n = 1; n <= 8; n++) for (let f = 1; f <= 4; f++) office.put(`USA00${n}/letter${f}.txt`);
  return office;
}

/** A step that closes case 8, once, right before a case is listed that it comes to lie in front of. */
function closingCase8(office: Office): (at: string) => void {
  let done = false;
  return (at) => {
    if (done || at !== 'list USA001') return;
    done = true;
    office.move('USA008', 'USA008 (closed)');
  };
}

const pathsOf = (office: Office): string[] => office.files().map((file) => office.pathOf(file) ?? '');

test('a case that is renamed while the source is listed is there when the bookmark has expired', async () => {
  const office = eightCases();
  const close = closingCase8(office);
  let expired = 0;
  const listed = await listedPlan(
    feedSource(office, (at) => {
      close(at);
      return at === 'changes' && expired++ === 0 ? 'expired' : undefined;
    }),
  );
  assert.deepEqual(listed.files, pathsOf(office).sort());
  assert.deepEqual([listed.rounds, [...listed.doubts]], [2, ['expired']]);
});

test('a bookmark that expires in the middle of its pages is as good as none', async () => {
  const office = eightCases();
  const close = closingCase8(office);
  let changes = 0;
  const step: Step = (at) => {
    close(at);
    return at === 'changes' && ++changes === 3 ? 'expired' : undefined;
  };
  const listed = await listedPlan(feedSource(office, step));
  assert.deepEqual(listed.files, pathsOf(office).sort());
  assert.equal(listed.rounds, 2);
});

test('a bookmark that expires again and again makes no plan at all', async () => {
  const office = eightCases();
  const close = closingCase8(office);
  const step: Step = (at) => {
    close(at);
    return at === 'changes' ? 'expired' : undefined;
  };
  await assert.rejects(listedPlan(feedSource(office, step)), { code: 'ListingUnstable', exit: 'failed' });
});

test('a listing of which nobody knows what it misses agrees with none', async () => {
  const office = eightCases();
  let changes = 0;
  const step: Step = (at) => (at === 'changes' && ++changes === 1 ? 'expired' : undefined);
  const listed = await listedPlan(feedSource(office, step), { expectedFiles: 40 });
  assert.equal(listed.rounds, 3);
  assert.deepEqual([...listed.doubts], ['expired', 'shorter']);
  assert.equal(listed.files.length, 32);
});
