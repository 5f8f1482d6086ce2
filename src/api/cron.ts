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
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

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
  const parts = schedule.trim().split(/\s+/);
  if (parts.length !== 5) {
    return `a schedule has five fields (minute, hour, day of month, month, day of week), this one has ${parts.length}`;
  }
  for (const [i, field] of FIELDS.entries()) {
    for (const term of (parts[i] ?? '').split(',')) {
      const fault = termFault(term, field);
      if (fault) return fault;
    }
  }
  return undefined;
}

function termFault(term: string, field: Field): string | undefined {
  const [range = '', step, ...more] = term.split('/');
  const wrong = `"${term}" is not ${field.name === 'hour' ? 'an' : 'a'} ${field.name}; write ${field.min}–${field.max}, a range such as ${field.min}-${field.max}, * or */n`;
  if (more.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return wrong;
  if (range === '*' || range === '?') return undefined;
  const [from, to, ...rest] = range.split('-').map((value) => numberOf(value, field));
  if (from === undefined || rest.length > 0 || (range.includes('-') && to === undefined)) return wrong;
  return to !== undefined && to < from ? `"${term}" runs backwards; write the smaller ${field.name} first` : undefined;
}

function numberOf(text: string, field: Field): number | undefined {
  const named = (field.names as readonly string[]).indexOf(text.toUpperCase());
  if (named >= 0) return named + field.min;
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= field.min && value <= field.max ? value : undefined;
}

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
  const parts = (MACROS.get(schedule) ?? schedule).trim().split(/\s+/);
  const field = (i: 0 | 1 | 2 | 3 | 4): CronField => parseField(parts[i] ?? '*', FIELDS[i]);
  return { minute: field(0), hour: field(1), dayOfMonth: field(2), month: field(3), dayOfWeek: field(4) };
}

function parseField(text: string, field: Field): CronField {
  const values = new Set<number>();
  let isAny = false;
  for (const term of text.split(',')) {
    const [range = '', stepText] = term.split('/');
    const step = Number(stepText ?? 1);
    const isStar = range === '*' || range === '?';
    const [from = field.min, to = stepText === undefined ? from : field.max] = isStar
      ? [field.min, field.max]
      : range.split('-').map((value) => numberOf(value, field));
    for (let value = from; value <= to; value += step) values.add(value);
    // A star with a step is a list like any other.
    if (isStar && step === 1) isAny = true;
  }
  return { values, isAny };
}
