import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listedPlan } from './listed-plan.ts';
import { newOffice, type Office } from './office.ts';
import { feedSource, missing, type Step } from './office-source.ts';

function threeCases(): Office {
  const office = newOffice({ ignoresCase: true });
  for (let n = 1; n <= 3; n++) for (let f = 1; f <= 2; f++) office.put(`USA${n}/letter${f}.txt`);
  return office;
}

const CASE_1 = ['USA1/letter1.txt', 'USA1/letter2.txt'];
const CASE_3 = ['USA3/letter1.txt', 'USA3/letter2.txt'];
const ALL = [...CASE_1, 'USA2/letter1.txt', 'USA2/letter2.txt', ...CASE_3];

/** The source says of case 2, so many times, that it is not there; the feed says nothing of it. */
function refusing(times: number, ...calls: readonly string[]): Step {
  const left = new Map(calls.map((call) => [call, times]));
  return (at) => {
    const more = left.get(at) ?? 0;
    if (more === 0) return;
    left.set(at, more - 1);
    throw missing('USA2');
  };
}

test('one passing not_found of a listed case costs no case', async () => {
  const listed = await listedPlan(feedSource(threeCases(), refusing(1, 'list USA2')));
  assert.deepEqual(listed.files, ALL);
});

test('a case that is not found in the middle of its listing is listed again as a whole', async () => {
  const office = threeCases();
  office.put('USA2/Mails/answer.eml');
  const listed = await listedPlan(feedSource(office, refusing(1, 'list USA2/Mails')));
  assert.deepEqual(listed.files, [
    ...CASE_1,
    'USA2/letter1.txt',
    'USA2/letter2.txt',
    'USA2/Mails/answer.eml',
    ...CASE_3,
  ]);
});

test('two passing not_founds of a listed case cost no case', async () => {
  const listed = await listedPlan(feedSource(threeCases(), refusing(2, 'list USA2')));
  assert.deepEqual(listed.files, ALL);
});

test('a case that is listed and shown and stays refused is named as unreadable', async () => {
  const listed = await listedPlan(feedSource(threeCases(), refusing(99, 'list USA2')));
  assert.deepEqual(listed.files, [...CASE_1, 'USA2: unreadable', ...CASE_3]);
});

test('a case that is gone after it was listed is gone, and nothing else is said of it', async () => {
  const office = threeCases();
  const listed = await listedPlan(
    feedSource(office, (at) => {
      if (at === 'list USA2' && office.at('USA2')) office.remove('USA2');
    }),
  );
  assert.deepEqual(listed.files, [...CASE_1, ...CASE_3]);
  assert.equal(
    listed.entries.some(({ key }) => key.startsWith('usa2')),
    false,
  );
});

test('a case whose place a file has taken is that file', async () => {
  const office = threeCases();
  const listed = await listedPlan(
    feedSource(office, (at) => {
      if (at !== 'list USA2' || office.at('USA2')?.kind !== 'folder') return;
      office.remove('USA2');
      office.put('USA2');
    }),
  );
  assert.deepEqual(listed.files, [...CASE_1, 'USA2', ...CASE_3]);
});

test('a source that is not there itself ends the run, however its cases are', async () => {
  const gone: Step = (at) => {
    if (at === 'list ') throw missing('');
  };
  await assert.rejects(listedPlan(feedSource(threeCases(), gone)), { code: 'SourceMissing', exit: 'refused' });
});
