import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { evictedWithExit0, exits, runs } from '../cluster/pod-acts.ts';
import { until } from '../cluster/until.ts';
import { agree } from './agree.ts';
import { BACKED_UP, good, runThen, saysThat } from './ending.ts';
import { SUCCEEDED } from './endings-by-exit-code.ts';
import { type Begun, begin, endOf, type Life, liveThrough, ran, runningPod, wholeStory } from './endings-life.ts';
import { type Stage, startStage, type Theatre } from './endings-stage.ts';
import type { Ran } from './told-of-runs.ts';

const refused = { result: 'Failed', reason: 'SourceShrunk' } as const;
const jobGone = { result: 'Interrupted', reason: 'JobGone' } as const;
const jobUnseen = { result: 'Interrupted', reason: 'JobUnseen' } as const;
const refuses = saysThat('refused', 'Failed', 'SourceShrunk');

/** What happens to a policy's runs while no controller looks, and what they have become in truth. */
interface Absence {
  readonly what: string;
  /** Whether the controller has seen a run begin before it went. */
  readonly hasBegun: boolean;
  readonly happens: (scene: Scene) => Promise<void>;
}

interface Scene {
  readonly stage: Stage;
  readonly life: Life;
  readonly begun: Begun | undefined;
}

/** Its pod ends with exit 0 and a report that proves a backup. */
async function endsWell({ stage, life, begun }: Scene): Promise<Begun> {
  assert.ok(begun);
  const { theatre, policy } = life;
  const pod = await runningPod(theatre, begun.jobName);
  await theatre.kubelet.act(pod, exits(0, good({ policy, jobName: begun.jobName, earlierRunId: '' })));
  await endOf(stage, theatre, begun.jobName);
  return begun;
}

const ABSENCES: readonly Absence[] = [
  {
    what: 'ends well',
    hasBegun: true,
    happens: async (scene) => void scene.life.runs.push(ran(await endsWell(scene), BACKED_UP)),
  },
  {
    what: 'is evicted with exit 0',
    hasBegun: true,
    async happens({ stage, life, begun }) {
      assert.ok(begun);
      const pod = await runningPod(life.theatre, begun.jobName);
      await life.theatre.kubelet.act(pod, evictedWithExit0());
      await endOf(stage, life.theatre, begun.jobName);
      life.runs.push(ran(begun, { result: 'Interrupted', reason: 'Evicted' }));
    },
  },
  {
    what: 'begins and ends badly, and then another ends well',
    hasBegun: false,
    async happens({ stage, life }) {
      const first = await begin(
        stage,
        life,
        runThen((text) => exits(5, text), refuses),
        'Scheduled',
      );
      await endOf(stage, life.theatre, first.jobName);
      life.runs.push(ran(first, refused));
      const second = await begin(stage, life, SUCCEEDED.pods, 'Manual');
      await endOf(stage, life.theatre, second.jobName);
      life.runs.push(ran(second, BACKED_UP));
    },
  },
  {
    what: 'is deleted with its Job',
    hasBegun: true,
    async happens({ stage, life, begun }) {
      assert.ok(begun);
      await removeJob(stage, life.theatre, begun.jobName, { propagationPolicy: 'Background' });
      life.runs.push(ran(begun, jobGone));
    },
  },
  {
    what: 'ends well and its Job is removed by its TTL',
    hasBegun: true,
    async happens(scene) {
      const { stage, life } = scene;
      const begun = await endsWell(scene);
      const path = life.theatre.path('jobs', begun.jobName);
      await stage.cluster.plane.api.patch(path, { spec: { ttlSecondsAfterFinished: 0 } });
      await until('the Job to go', async () => (await stage.cluster.plane.api.find(path)) === undefined);
      life.runs.push(ran(begun, jobGone));
    },
  },
  {
    what: 'ends well and its pod is gone',
    hasBegun: true,
    async happens(scene) {
      const { stage, life } = scene;
      const begun = await endsWell(scene);
      const pod = life.theatre.kubelet.pods().find(({ metadata }) => metadata.name.startsWith(begun.jobName));
      assert.ok(pod);
      const path = life.theatre.path('pods', pod.metadata.name);
      await stage.cluster.plane.api.remove(path);
      await until('the pod to go', async () => (await stage.cluster.plane.api.find(path)) === undefined);
      life.runs.push(ran(begun, { result: 'Interrupted', reason: 'PodGone' }));
    },
  },
  {
    what: 'is scheduled, and nothing is left of it but its time',
    hasBegun: false,
    async happens({ stage, life }) {
      const { theatre, policy, runs: lived } = life;
      const at = Math.floor(Date.now() / 60_000 - 5) * 60_000;
      const lastScheduleTime = new Date(at).toISOString().replace('.000', '');
      await stage.cluster.plane.api.patch(`${theatre.path('cronjobs', `case-backup-${policy}`)}/status`, {
        status: { lastScheduleTime },
      });
      const jobName = `case-backup-${policy}-${at / 60_000}`;
      // It ended before the good run that was seen, so that comes first.
      lived.unshift({ ...ran({ jobName, trigger: 'Scheduled', at }, jobUnseen), before: at });
    },
  },
];

async function removeJob({ cluster }: Stage, theatre: Theatre, jobName: string, options: object): Promise<void> {
  const path = theatre.path('jobs', jobName);
  await cluster.plane.api.remove(path, options);
  await until('the Job to go', async () => (await cluster.plane.api.find(path)) === undefined);
}

describe('While no controller looks', () => {
  let stage: Stage;
  const lives = new Map<Absence, Life>();

  before(
    async () => {
      stage = await startStage(1);
      const [theatre] = stage.theatres as [Theatre];
      const scenes = await Promise.all(
        ABSENCES.map(async (absence, i): Promise<[Absence, Scene]> => {
          const life: Life = { theatre, policy: `absent-${i}`, runs: [] };
          lives.set(absence, life);
          await stage.policy(theatre, life.policy, { job: { backoffLimit: 0 } });
          await liveThrough(stage, life, SUCCEEDED, 'Scheduled');
          if (!absence.hasBegun) return [absence, { stage, life, begun: undefined }];
          const begun = await begin(stage, life, () => [[runs()]], 'Scheduled');
          await theatre.untilStatus(life.policy, 'the run', ({ activeRun }) => activeRun?.jobName === begun.jobName);
          return [absence, { stage, life, begun }];
        }),
      );
      await stage.stopController();
      await Promise.all(scenes.map(([absence, scene]) => absence.happens(scene)));
      await stage.startAgain();
    },
    { timeout: 180_000 },
  );
  after(() => stage?.stop());

  for (const absence of ABSENCES)
    it(`a run ${absence.what}, and afterwards that is what is told of it`, async () => {
      const life = lives.get(absence);
      assert.ok(life);
      const told = await wholeStory(stage, life);
      agree(
        told,
        life.runs.map((run) => (run.truth.reason === 'JobGone' ? untilNow(run) : run)),
      );
    });
});

/** Of a Job that is gone nobody knows when it ended, only that it was not there when somebody looked again. */
const untilNow = (run: Ran): Ran => ({ ...run, before: Date.now() });
