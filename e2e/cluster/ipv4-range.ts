/** A range of IPv4 addresses, `10.0.0.0/8`, without others: as the fewest ranges that say the same. */
export function without(range: string, excepted: readonly string[]): string[] {
  const holes = excepted.filter((one) => !one.includes(':')).map(parse);
  return subtract(parse(range), holes).map(print);
}

interface Range {
  readonly first: number;
  readonly bits: number;
}

const sizeOf = ({ bits }: Range): number => 2 ** (32 - bits);
const contains = (outer: Range, inner: Range): boolean =>
  outer.bits <= inner.bits && inner.first >= outer.first && inner.first < outer.first + sizeOf(outer);

function subtract(range: Range, holes: readonly Range[]): Range[] {
  if (holes.some((hole) => contains(hole, range))) return [];
  const within = holes.filter((hole) => contains(range, hole));
  if (within.length === 0) return [range];
  const half = { first: range.first, bits: range.bits + 1 };
  return [half, { ...half, first: half.first + sizeOf(half) }].flatMap((one) => subtract(one, within));
}

function parse(range: string): Range {
  const [address = '', bits = '32'] = range.split('/');
  return { first: address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0), bits: Number(bits) };
}

const print = ({ first, bits }: Range): string =>
  `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')}/${bits}`;
