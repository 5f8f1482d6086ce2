import { HttpError, Refusal } from './wire.ts';
import type { Call } from './world.ts';

/** `end` is exclusive and never behind the end of the file. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The call's byte range, clamped; undefined without one. Behind the end it is refused, with 409 or 416. */
export function rangeOf(call: Call, size: number): Range | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(call.range ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (match === null || (from === '' && to === '')) return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(size, Number(to) + 1);
  if (start < size && end > start) return { start, end };
  if (call.world.settings.unsatisfiableRange === 409) throw new Refusal('range/not_satisfiable');
  throw new HttpError(416, 'Requested Range Not Satisfiable', { 'Content-Range': `bytes */${size}` });
}
