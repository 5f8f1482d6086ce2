/**
 * The key with 0 for `/`, so that a plain byte comparison keeps a folder's content together ("a b" would otherwise fall
 * between "a" and "a/x").
 */
export const sortKey = (key: string): Buffer => Buffer.from(key.replaceAll('/', '\0'), 'utf8');

/** For keys of which no part begins with 0. */
export const keyOf = (sort: Uint8Array): string => Buffer.from(sort).toString().replaceAll('\0', '/');

/** Sorts before every key, and after. */
export const [FIRST, LAST] = [Buffer.alloc(0), Buffer.from([0xff])];

export const parentOf = (key: string): string => key.slice(0, Math.max(0, key.lastIndexOf('/')));

/** The open interval of sort keys below a folder. */
export function boundsBelow(key: string): readonly [Buffer, Buffer] {
  if (key === '') return [FIRST, LAST];
  const sort = sortKey(key);
  return [Buffer.concat([sort, Buffer.from([0])]), afterAllBelow(sort)];
}

/** What comes first behind an entry and all that may lie below it. */
export const afterAllBelow = (sort: Uint8Array): Buffer => Buffer.concat([sort, Buffer.from([1])]);

/** The sort key of the entry right in the folder of these bounds that `sort` is, or lies below. */
export function childOf(sort: Uint8Array, [start]: readonly [Buffer, Buffer]): Uint8Array {
  // A name has a byte at least, and may begin with 0 (an entry without a proper name).
  const end = sort.indexOf(0, start.length + 1);
  return end < 0 ? sort : sort.subarray(0, end);
}
