import { imageEnvironment } from './image-environment.ts';
import { type Measured, type ProcessOptions, runMeasured } from './measured-process.ts';
import { memoryCgroup } from './memory-cgroup.ts';
import { MOST_MEMORY, mib } from './part.ts';

export interface Contained extends Measured {
  /** What the process was held to, in words. */
  readonly limit: string;
  /** Whether the kernel would have killed it for more. */
  readonly isLimited: boolean;
  /** Most that the cgroup was charged with, its page cache included; undefined without a limit. */
  readonly chargedBytes?: number;
}

/**
 * Runs `node ARGS` as the job's container would: with what the image sets, in a cgroup (of 256 MiB unless told), where Node keeps its
 * heap small (with 24 GiB around it, it collects its garbage so late that 50,000 files cost 340 MiB). More than that, and
 * the kernel kills it.
 */
export async function runContained(
  args: readonly string[],
  { memoryBytes = MOST_MEMORY, ...more }: ProcessOptions & { readonly memoryBytes?: number } = {},
): Promise<Contained> {
  const options = { ...more, env: { ...imageEnvironment(), ...more.env } };
  const group = memoryCgroup(memoryBytes);
  if (!group) {
    const limit = 'without a limit, as no memory cgroup could be made here';
    return { ...(await runMeasured(args, options)), isLimited: false, limit };
  }
  try {
    const run = await runMeasured(args, { ...options, wrap: group.wrap });
    const chargedBytes = group.peakBytes();
    return {
      ...run,
      isLimited: true,
      chargedBytes,
      limit: `in a cgroup of ${mib(memoryBytes)} MiB, which charged it ${mib(chargedBytes)} MiB at most`,
    };
  } finally {
    group.remove();
  }
}
