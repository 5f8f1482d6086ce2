import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cronFault } from '../../src/api/cron.ts';
import { schedule } from '../../src/controller/schedule/schedule.ts';
import { askCron } from './cron-next.ts';

const AFTER = new Date('2026-11-25T12:34:56Z');
const CASES = 20_000;

/** Two rules of ours, told when a policy is applied: an interval has no time of day, and a zone has a field of its own. */
const isOurRule = (text: string): boolean => text.startsWith('@every') || text.includes('TZ=');

const PAIRS: readonly string[] = [
  ...['@every 24h', '@every 1h30m', '@daily', '@daily ', ' @daily', '@Daily', '@reboot', '@', '', ' ', '* * * *'],
  ...[
    '+5',
    '0,15,',
    ',',
    ',5',
    '1,,2',
    '*/060',
    '*-5',
    '*-5-7',
    '*-x',
    '?-5',
    '*/1',
    '*/+5',
    '*/-5',
    '*/0',
    '*/+0',
    '*/00',
  ],
  ...['5/15', '5-/2', '/2', '*/', '*/5/5', '1-2-3', '-1', '-0', '00', '007', '60', '59', '1.5', '0x10', '1e1', '१'],
  ...['5-5', '5-4', '0-59/60', '*/9223372036854775807', '*/9223372036854775808', '99999999999999999999', '*,5', '?,*'],
].map((text) => (text.startsWith('@') || text.trim() === '' || text.includes('* *') ? text : `${text} 3 * * *`));

const DAYS: readonly string[] = [
  ...[
    '0 3 * * 7',
    '0 3 * * sun',
    '0 3 * * SuN-tUe',
    '0 3 * * \u017Fun',
    '0 3 31 2 *',
    '0 3 ? * ?',
    '0 3 *-5 * 1',
    '0 3 */1 * 1',
  ],
  ...[
    '0 3 */2 * 1',
    '0 3 1, * 1',
    '0 3 , * 1',
    '0 3 L * *',
    '0 3 1W * *',
    '0 3 * * 1#2',
    '0 3 * JAN,FEB *',
    '0 3 * jan-dec/3 *',
  ],
  ...[
    '0\u00A03 * * *',
    '0\u00853\u2003* * *',
    '0\uFEFF3 * * *',
    '\u30000 3 * * *',
    '0\t3\n*\v*\f*',
    '0 3 * * * *',
    'TZ=UTC 0 3 * * *',
  ],
];

const mess = fc.array(fc.constantFrom(...'0123456789*/-,?+', 'MON', 'jan', 'x'), { minLength: 1, maxLength: 5 });
const messy = fc
  .tuple(mess, fc.nat(4))
  .map(([term, place]) => ['0', '3', '*', '*', '*'].with(place, term.join('')).join(' '));

/** Ours and robfig's answer in one form: refused, never, or the next time. */
function ours(text: string): string {
  return cronFault(text) === undefined ? (schedule(text, 'Etc/UTC').next(AFTER)?.toISOString() ?? 'never') : 'refused';
}

async function theirs(texts: readonly string[]): Promise<string[]> {
  const answers = await askCron(texts.map((text) => ({ schedule: text, zone: '', after: AFTER })));
  return answers.map(({ next, error }) => (error === undefined ? (next?.toISOString() ?? 'never') : 'refused'));
}

async function agree(texts: readonly string[]): Promise<void> {
  const asked = texts.filter((text) => !isOurRule(text));
  const answers = await theirs(asked);
  const differing = asked.flatMap((text, i) =>
    ours(text) === answers[i] ? [] : [`${JSON.stringify(text)}: ours ${ours(text)}, theirs ${answers[i]}`],
  );
  assert.deepEqual(differing, []);
}

describe('A schedule', () => {
  it(`means here what it means to Kubernetes, in ${PAIRS.length + DAYS.length} odd ones`, () =>
    agree([...PAIRS, ...DAYS]));

  it(`means here what it means to Kubernetes, in ${CASES} that were made up`, async () =>
    agree(fc.sample(messy, { numRuns: CASES, seed: 20261125 })));

  it('with an interval or a zone in it is refused by a rule of ours', () => {
    for (const text of ['@every 24h', 'TZ=UTC 0 3 * * *', 'CRON_TZ=UTC 0 3 * * *']) assert.equal(ours(text), 'refused');
  });
});
