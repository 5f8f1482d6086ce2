/** A 64 bit number; what JavaScript can't count exactly is larger than any file and fails every comparison with one. */
export function number64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}
