import { cpus, release, type as systemType, totalmem } from 'node:os';

/** What the figures belong to. */
export function machine(): string {
  const [first] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(1);
  return `${cpus().length} × ${first?.model ?? 'unknown CPU'}, ${memory} GiB, ${systemType()} ${release()}, Node ${process.versions.node} (zlib ${process.versions.zlib})`;
}
