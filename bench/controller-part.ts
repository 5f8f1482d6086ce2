import { idleManagerBinary } from '../test/cluster/build.ts';
import { startIdleManager } from '../test/cluster/idle-manager.ts';
import type { ArchiveOptions } from './archive-part.ts';
import { type Estate, makeEstate } from './controller/estate.ts';
import { type ProcessUse, untilAtRest, useOf } from './controller/process-use.ts';
import { type Phase, runController } from './controller/run-controller.ts';
import { memoryTarget, mib, type Part } from './part.ts';
import { interleave, spread } from './rounds.ts';

const SIZE = { namespaces: 10, policiesEach: 100, jobsEach: 20 };
const POLICIES = SIZE.namespaces * SIZE.policiesEach;
const OURS = 'controller';
const IDLE = 'idle manager';

/** The controller over a thousand policies with twenty finished Jobs each, and one in Go that does nothing about them. */
export async function controllerPart({ rounds, say }: Pick<ArchiveOptions, 'rounds' | 'say'>): Promise<Part> {
  await idleManagerBinary();
  await using estate = await makeEstate(SIZE, say);
  const first = await runController(estate, POLICIES, { burst: false });
  say(
    `controller: first start: at rest after ${first.start.restSeconds.toFixed(1)} s, peak ${mib(first.use.peakBytes)} MiB`,
  );
  const ours: Awaited<ReturnType<typeof runController>>[] = [];
  const idle: Idle[] = [];
  await interleave([OURS, IDLE] as const, rounds, async (name, round) => {
    const use = name === OURS ? await ourRound(estate, ours) : await idleRound(estate, idle);
    say(`controller: round ${round} of ${rounds}, ${name}: peak ${mib(use.peakBytes)} MiB`);
  });

  const restarts = ours.map(({ start }) => start);
  const bursts = ours.flatMap(({ burst }) => burst ?? []);
  const peak = Math.max(first.use.peakBytes, ...ours.map(({ use }) => use.peakBytes));
  const scrapes = ours.flatMap((run) => run.scrapes);
  const writes = restarts.flatMap(({ calls }) => Object.entries(calls)).filter(([what]) => !isRead(what));
  return {
    title: 'controller',
    text: [
      `A real API server with ${POLICIES} policies in ${SIZE.namespaces} namespaces, each with its CronJob, ${SIZE.jobsEach} finished Jobs and their pods; controller manager off. Medians of ${rounds} (lowest–highest) fresh processes that take turns, the first start once.`,
      first.chargedBytes === undefined
        ? 'No memory cgroup could be made here, so V8 took what it liked.'
        : `The controller runs in a cgroup limited to 256 MiB, as a container is, by which V8 sets its heap; at most ${mib(Math.max(...[first, ...ours].map((run) => run.chargedBytes ?? 0)))} MiB were charged to it.`,
      `A look is one reconciliation. *First start*: no policy has a status. *Restart*: all is as it should be. *Burst*: every schedule changes within a second. After each phase /metrics is scraped three times (${spread(
        scrapes.map(({ ms }) => ms / 1000),
        2,
      )} s for ${((scrapes[0]?.bytes ?? 0) / 1e6).toFixed(1)} MB).`,
      `The idle manager is controller-runtime's in Go, with a queue for each of the four kinds and nothing done about them; it keeps whole objects, ended pods too. It tells no calls.`,
      `Calls, first start: ${told(first.start.calls)}; restart: ${told(restarts[0]?.calls)}; burst: ${told(bursts[0]?.calls)}.`,
    ].join(' '),
    columns: [
      '',
      'first sync s',
      'all looked at s',
      'looks/s',
      'at rest s',
      'calls',
      'CPU s',
      'peak MiB',
      'at rest MiB',
    ],
    rows: [
      row('first start', [first.start]),
      row('restart', restarts),
      row('burst', bursts),
      [
        'idle manager in Go',
        spread(
          idle.map(({ seconds }) => seconds),
          1,
        ),
        '–',
        '–',
        '–',
        '–',
        spread(
          idle.map(({ use }) => use.cpuSeconds),
          1,
        ),
        mib(Math.max(...idle.map(({ use }) => use.peakBytes))),
        mib(Math.max(...idle.map(({ use }) => use.residentBytes))),
      ],
    ],
    worse: [],
    targets: [
      memoryTarget(`controller with ${POLICIES} policies`, peak),
      { what: 'writes of a restart', wanted: '0', measured: String(writes.length), isReached: writes.length === 0 },
    ],
  };
}

interface Idle {
  readonly seconds: number;
  readonly use: ProcessUse;
}

async function ourRound(estate: Estate, runs: Awaited<ReturnType<typeof runController>>[]): Promise<ProcessUse> {
  const run = await runController(estate, POLICIES, { burst: true });
  runs.push(run);
  return run.use;
}

/** Its own word for "synced" may come before it has begun to list, so the end of its work is taken. */
async function idleRound({ kubeconfig }: Estate, runs: Idle[]): Promise<ProcessUse> {
  const start = performance.now();
  const manager = await startIdleManager({ kubeconfig });
  try {
    const rest = await untilAtRest(manager.pid);
    const use = useOf(manager.pid);
    runs.push({ seconds: (rest - start) / 1000, use });
    return use;
  } finally {
    await manager.stop();
  }
}

const isRead = (what: string): boolean => /^(list|watch|get) /.test(what);
const told = (calls: Phase['calls'] = {}): string =>
  Object.entries(calls)
    .map(([what, count]) => `${count} × ${what}`)
    .join(', ');

function row(name: string, phases: readonly Phase[]): string[] {
  const of = (value: (phase: Phase) => number | undefined, digits: number): string => {
    const values = phases.flatMap((phase) => value(phase) ?? []);
    return values.length === 0 ? '–' : spread(values, digits);
  };
  return [
    name,
    of(({ syncSeconds }) => syncSeconds, 1),
    of(({ lookedSeconds }) => lookedSeconds, 1),
    of(({ looksPerSecond }) => looksPerSecond, 0),
    of(({ restSeconds }) => restSeconds, 1),
    of(({ calls }) => Object.values(calls).reduce((sum, count) => sum + count, 0), 0),
    of(({ cpuSeconds }) => cpuSeconds, 1),
    mib(Math.max(...phases.map(({ use }) => use.peakBytes))),
    mib(Math.max(...phases.map(({ use }) => use.residentBytes))),
  ];
}
