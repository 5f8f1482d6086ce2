const MIB = 1024 * 1024;
/** A pod that nobody sized has so much (controller/pod-template.ts); by hand there is no limit to look at. */
const LIMIT_BY_DEFAULT = 512 * MIB;
/**
 * Node, its heap, connections, and what is being deflated. Measured beside contents and parts: 63 MiB with 1,314 files,
 * of which none was above 20 MB, and 10 MiB more of young generation (Dockerfile).
 */
const WITHOUT_CONTENTS = 160 * MIB;
/** A second and a half of 1 Gbit/s, in which a file that is ten times as slow as the others arrives. */
const MOST = 192 * MIB;
/** One of the largest files that are loaded whole, and two pieces of one that is streamed. */
const LEAST = 16 * MIB;

/** How much may be read ahead in a container with `limit` bytes of memory, of which the parts of an upload take `parts`. */
export function readAheadBytes(limit: number | undefined, parts: number): number {
  const left = (limit ?? LIMIT_BY_DEFAULT) - WITHOUT_CONTENTS - parts;
  return Math.max(LEAST, Math.min(MOST, left));
}
