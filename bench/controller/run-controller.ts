import { inTime, until } from '../../test/cluster/until.ts';
import { memoryCgroup } from '../memory-cgroup.ts';
import { MOST_MEMORY } from '../part.ts';
import { type Estate, JOB_SETTINGS } from './estate.ts';
import { type ProcessUse, useOf } from './process-use.ts';
import { startWatchedController, type WatchedController } from './watched-controller.ts';
import { LOOKS_APART, type Work } from './work.ts';

/** From something that happened to the moment at which nothing is left to do. */
export interface Phase {
  /** From the start of the process to /readyz. */
  readonly syncSeconds?: number;
  /** From the start of the process until as many looks as there are policies have ended. */
  readonly lookedSeconds?: number;
  /** While they were looked at; in a burst, from its beginning to rest. */
  readonly looksPerSecond: number;
  readonly restSeconds: number;
  /** By kind, those of the Lease left out. */
  readonly calls: Readonly<Record<string, number>>;
  readonly cpuSeconds: number;
  /** At its end, three scrapes later. */
  readonly use: ProcessUse;
}

export interface ControllerRun {
  readonly start: Phase;
  readonly burst: Phase | undefined;
  readonly use: ProcessUse;
  readonly scrapes: readonly Scrape[];
  /** Charged to its memory cgroup at most; undefined without one. */
  readonly chargedBytes: number | undefined;
}

type Scrape = Awaited<ReturnType<WatchedController['scrape']>>;

const REST_MS = 2_000;
/** Of a start without any status: 20,000 runs are read and told. */
const PATIENCE_MS = 300_000;
const SCRAPES = 3;
const NOTHING: Work = { at: 0, looks: 0, looksAt: [], calls: {} };

/** One process, from its start to SIGTERM. */
export async function runController(
  estate: Estate,
  policies: number,
  { burst }: { burst: boolean },
): Promise<ControllerRun> {
  const { kubeconfig, namespace } = estate;
  const group = memoryCgroup(MOST_MEMORY);
  try {
    const wrap = group?.wrap ?? [];
    const controller = await startWatchedController({ kubeconfig, namespace, jobImage: JOB_SETTINGS.image, wrap });
    const scrapes: Scrape[] = [];
    try {
      const started = await startPhase(controller, policies, scrapes);
      const changed = burst ? await burstPhase(controller, estate, policies, scrapes) : undefined;
      const use = useOf(controller.pid);
      return { start: started, burst: changed, use, scrapes, chargedBytes: group?.peakBytes() };
    } finally {
      await controller.stop();
    }
  } finally {
    group?.remove();
  }
}

async function startPhase(controller: WatchedController, policies: number, scrapes: Scrape[]): Promise<Phase> {
  const { startedAt } = controller;
  const syncSeconds = ((await controller.readyAt) - startedAt) / 1000;
  const work = await untilRest(controller, policies);
  const [firstAt = 0] = work.looksAt;
  const allAt = work.looksAt[policies / LOOKS_APART] ?? 0;
  return {
    syncSeconds,
    lookedSeconds: (allAt - startedAt) / 1000,
    looksPerSecond: (1000 * policies) / (allAt - firstAt),
    restSeconds: (work.at - startedAt) / 1000,
    calls: callsSince(NOTHING, work),
    cpuSeconds: useOf(controller.pid).cpuSeconds,
    use: await scraped(controller, scrapes),
  };
}

async function burstPhase(
  controller: WatchedController,
  estate: Estate,
  policies: number,
  scrapes: Scrape[],
): Promise<Phase> {
  const before = controller.work.at(-1) ?? NOTHING;
  const cpuBefore = useOf(controller.pid).cpuSeconds;
  const start = Date.now();
  await estate.reschedule();
  const work = await untilRest(controller, before.looks + policies);
  const restSeconds = (work.at - start) / 1000;
  return {
    looksPerSecond: (work.looks - before.looks) / restSeconds,
    restSeconds,
    calls: callsSince(before, work),
    cpuSeconds: useOf(controller.pid).cpuSeconds - cpuBefore,
    use: await scraped(controller, scrapes),
  };
}

/** Nothing has changed for two seconds, and at least so many looks have ended. */
async function untilRest(controller: WatchedController, looks: number): Promise<Work> {
  const isResting = (): Work | undefined => {
    controller.check();
    const work = controller.work.at(-1);
    return work && work.looks >= looks && Date.now() - work.at > REST_MS ? work : undefined;
  };
  return await until('the controller to have nothing more to do', isResting, { within: PATIENCE_MS, everyMs: 100 });
}

function callsSince(before: Work, after: Work): Record<string, number> {
  const counts = Object.entries(after.calls).map(([what, count]) => [what, count - (before.calls[what] ?? 0)] as const);
  return Object.fromEntries(counts.filter(([what, count]) => count > 0 && !what.endsWith(' leases')));
}

async function scraped(controller: WatchedController, scrapes: Scrape[]): Promise<ProcessUse> {
  for (let i = 0; i < SCRAPES; i++) scrapes.push(await inTime('a scrape', controller.scrape()));
  return useOf(controller.pid);
}
