/** Kubernetes' cron dialect (robfig/cron v3 standard parser): five fields or a macro, no seconds, no zone prefix. */
const MACROS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of month', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 6, names: WEEKDAYS },
] as const;

type Field = (typeof FIELDS)[number];

/** Says in one sentence what is wrong with a schedule, or undefined when Kubernetes takes it. */
export function cronFault(schedule: string): string | undefined {
  if (schedule.includes('TZ=')) return 'a TZ= prefix is not accepted; set timeZone instead';
  if (schedule.startsWith('@')) {
    return MACROS.has(schedule)
      ? undefined
      : `${schedule} is not a macro; use ${[...MACROS.keys()].join(', ')} or five fields`;
  }
  const parts = fieldsOf(schedule);
  if (parts.length !== 5) {
    return `a schedule has five fields (minute, hour, day of month, month, day of week), this one has ${parts.length}`;
  }
  for (const [i, field] of FIELDS.entries()) {
    for (const term of termsOf(parts[i] ?? '')) {
      const range = rangeOf(term, field);
      if (typeof range === 'string') return range;
    }
  }
  return undefined;
}

/** What Go takes for space (unicode.IsSpace), which is not quite what JavaScript does. */
const SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const fieldsOf = (schedule: string): string[] => schedule.split(SPACE).filter((part) => part !== '');
/** Nothing between two commas, or after the last one, counts for nothing. */
const termsOf = (part: string): string[] => part.split(',').filter((term) => term !== '');

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly isStar: boolean;
}

/** One term of a field, read as robfig/cron v3 does (parser.go, getRange); else what is wrong with it. */
function rangeOf(term: string, field: Field): Range | string {
  const wrong = `"${term}" is not ${field.name === 'hour' ? 'an' : 'a'} ${field.name}; write ${field.min}–${field.max}, a range such as ${field.min}-${field.max}, * or */n`;
  const [range = '', stepText, ...more] = term.split('/');
  const [low = '', high, ...rest] = range.split('-');
  const step = stepText === undefined ? 1 : integerOf(stepText);
  if (more.length > 0 || step === undefined || step < 1) return wrong;
  // What follows a star is not looked at: *-5 is *.
  if (low === '*' || low === '?') return { from: field.min, to: field.max, step, isStar: true };
  const from = numberOf(low, field);
  const alone = stepText === undefined ? from : field.max;
  const to = high === undefined ? alone : numberOf(high, field);
  if (from === undefined || to === undefined || rest.length > 0) return wrong;
  if (to < from) return `"${term}" runs backwards; write the smaller ${field.name} first`;
  return { from, to, step, isStar: false };
}

function numberOf(text: string, field: Field): number | undefined {
  const named = (field.names as readonly string[]).indexOf(text.toLowerCase());
  const value = named >= 0 ? named + field.min : integerOf(text);
  return value !== undefined && value >= field.min && value <= field.max ? value : undefined;
}

const MOST = 2n ** 63n - 1n;

/** Go's Atoi, without negatives: +5 and 060 are numbers, and so is what fits into 64 bits. */
const integerOf = (text: string): number | undefined =>
  /^\+?\d+$/.test(text) && BigInt(text.replace('+', '')) <= MOST ? Number(text) : undefined;

/** One field of a schedule: the values that match, and whether it is written as "any" (which matters for days). */
export interface CronField {
  readonly values: ReadonlySet<number>;
  readonly isAny: boolean;
}

export interface CronFields {
  readonly minute: CronField;
  readonly hour: CronField;
  readonly dayOfMonth: CronField;
  readonly month: CronField;
  readonly dayOfWeek: CronField;
}

/** The fields of a schedule in which cronFault finds nothing; throws on any other. */
export function parseCron(schedule: string): CronFields {
  const fault = cronFault(schedule);
  if (fault) throw new Error(fault);
  const parts = fieldsOf(MACROS.get(schedule) ?? schedule);
  const field = (i: 0 | 1 | 2 | 3 | 4): CronField => parseField(parts[i] ?? '*', FIELDS[i]);
  return { minute: field(0), hour: field(1), dayOfMonth: field(2), month: field(3), dayOfWeek: field(4) };
}

function parseField(text: string, field: Field): CronField {
  const values = new Set<number>();
  let isAny = false;
  for (const term of termsOf(text)) {
    const range = rangeOf(term, field);
    if (typeof range === 'string') throw new Error(range);
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
    // A star with a step is a list like any other.
    if (range.isStar && range.step === 1) isAny = true;
  }
  return { values, isAny };
}
