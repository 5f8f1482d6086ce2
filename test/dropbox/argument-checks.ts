/** Checks of request arguments in the manner of the service's own: the texts are those that clients see in a 400. */
export class BadArgument extends Error {}

export type Check<T> = (value: unknown, at: string) => T;
interface Field<T> {
  readonly check: Check<T>;
  readonly fallback: { readonly value: T } | undefined;
}
type Fields = Record<string, Field<unknown>>;
export type Struct<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer T> ? T : never };
/** What a check lets through: `Checked<typeof relocation>`. */
export type Checked<C> = C extends Check<infer T> ? T : never;

export function required<T>(check: Check<T>): Field<T> {
  return { check, fallback: undefined };
}

/** JSON null counts as absent. */
export function optional<T>(check: Check<T>): Field<T | undefined> {
  return { check, fallback: { value: undefined } };
}

export function defaulted<T>(check: Check<T>, value: NoInfer<T>): Field<T> {
  return { check, fallback: { value } };
}

export function struct<F extends Fields>(fields: F): Check<Struct<F>> {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(at, 'expected object', value);
    const given = new Map<string, unknown>(Object.entries(value).filter(([key]) => key !== '.tag'));
    for (const key of given.keys())
      if (!Object.hasOwn(fields, key)) throw new BadArgument(`${at}unknown field '${key}'`);
    const result: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(fields)) {
      const raw = given.get(name);
      if (raw !== undefined && raw !== null) result[name] = field.check(raw, `${at}${name}: `);
      else if (field.fallback === undefined) throw new BadArgument(`${at}missing required field '${name}'`);
      else result[name] = field.fallback.value;
    }
    return result as Struct<F>;
  };
}

export const boolean: Check<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw wrong(at, 'expected boolean', value);
  return value;
};

export function integer(least: number, most: number): Check<number> {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw wrong(at, 'expected integer', value);
    if (value < least) throw new BadArgument(`${at}${value} is not greater than or equal to ${least}`);
    if (value > most) throw new BadArgument(`${at}${value} is not less than or equal to ${most}`);
    return value;
  };
}

export function text(pattern = /^/, maxLength = Number.POSITIVE_INFINITY): Check<string> {
  return (value, at) => {
    if (typeof value !== 'string') throw wrong(at, 'expected string', value);
    if (value.length > maxLength) throw new BadArgument(`${at}'${value}' must be at most ${maxLength} characters`);
    if (!pattern.test(value)) throw new BadArgument(`${at}'${value}' did not match pattern '${pattern.source}'`);
    return value;
  };
}

export function list<T>(check: Check<T>, least: number, most: number): Check<T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw wrong(at, 'expected list', value);
    if (value.length < least) throw new BadArgument(`${at}list must have at least ${least} items`);
    if (value.length > most) throw new BadArgument(`${at}list must have at most ${most} items`);
    return value.map((item, index) => check(item, `${at}${index}: `));
  };
}

/** Void members may come as a bare string; others are objects that hold their value under their tag. */
export function union<T>(members: Record<string, Check<T> | undefined>): Check<{ tag: string; value: T | undefined }> {
  return (value, at) => {
    const tag = typeof value === 'string' ? value : (value as { '.tag'?: unknown } | null)?.['.tag'];
    if (typeof tag !== 'string' || !Object.hasOwn(members, tag)) throw new BadArgument(`${at}unknown tag '${tag}'`);
    const check = members[tag];
    if (check === undefined) return { tag, value: undefined };
    if (typeof value === 'string') throw new BadArgument(`${at}expected object for '${tag}', got symbol`);
    return { tag, value: check((value as Record<string, unknown>)[tag], `${at}${tag}: `) };
  };
}

/** Whole seconds only: `Date.toISOString()` with its milliseconds is refused. Gives seconds since the epoch. */
export const timestampArgument: Check<number> = (value, at) => {
  const exact = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(value);
  if (!exact || Number.isNaN(Date.parse(value))) {
    throw new BadArgument(`${at}time data '${value}' does not match format '%Y-%m-%dT%H:%M:%SZ'`);
  }
  return Date.parse(value) / 1000;
};

/** TemplateFilterBase: which templates' groups an answer should hold. */
export const propertyGroups = union({ filter_some: list(text(/^(\/|ptid:).*$/), 1, 1000) });

export const anything: Check<unknown> = (value) => value;

export const nothing: Check<null> = (value, at) => {
  if (value !== null) throw wrong(at, 'expected null', value);
  return null;
};

function wrong(at: string, expected: string, value: unknown): BadArgument {
  const got = value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
  return new BadArgument(`${at}${expected}, got ${got}`);
}
