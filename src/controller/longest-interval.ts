import { isDay, type Schedule } from './schedule.ts';

const DAY_MS = 86_400_000;
/** A year and a leap day, so that every clock change and the rarest yearly schedule's next day are inside. */
const DAYS = 367;

/**
 * The longest time, in seconds, between two fires within the next year: what "one interval late" has to allow for. It
 * knows weekends, and the night that a clock change makes 25 hours long. 0 for a schedule that fires at most once.
 */
export function longestInterval({ fields, clock }: Schedule, from: Date): number {
  const minutes = [...fields.hour.values]
    .flatMap((hour) => [...fields.minute.values].map((minute) => hour * 60 + minute))
    .sort((a, b) => a - b);
  const [first = 0] = minutes;
  const last = minutes.at(-1) ?? 0;
  let longest = Math.max(0, ...minutes.slice(1).map((minute, i) => (minute - (minutes[i] ?? minute)) * 60_000));
  let previous: number | undefined;
  let isOften = false;
  for (let day = startOfDay(clock.at(from.getTime())), end = day + DAYS * DAY_MS; day < end; day += DAY_MS) {
    const local = new Date(day);
    if (!fields.month.values.has(local.getUTCMonth() + 1) || !isDay(fields, local)) continue;
    if (previous !== undefined) {
      longest = Math.max(longest, clock.instant(day + first * 60_000) - previous);
      isOften = true;
    }
    previous = clock.instant(day + last * 60_000);
  }
  return isOften || minutes.length > 1 ? longest / 1000 : 0;
}

const startOfDay = (local: Date): number => Math.floor(local.getTime() / DAY_MS) * DAY_MS;
