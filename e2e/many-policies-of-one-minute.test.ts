import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { aPolicy } from '../test/controller/a-policy.ts';
import { conditionIn } from '../test/controller/told-of-runs.ts';
import { lookAtCrowd, roomOnNode } from './stage/crowd.ts';
import { applyAll } from './stage/office-objects.ts';
import { onStage } from './stage/on-stage.ts';
import { proveGood } from './stage/prove-good.ts';
import type { Stage } from './stage/stage.ts';

const POLICIES = 200;
/** Enough for the controller to make their CronJobs, also where the machine has other work. */
const AHEAD_MS = 150_000;
const LONGEST_MS = 25 * 60_000;
/** On a full node the controller too waits for its turn, and a successor takes 20 s to take over. */
const MOST_SILENT_MS = 60_000;
/** Of Kubernetes, but for a pod at which no scheduler has looked yet. */
const WORDS = /^(Unschedulable: 0\/1 nodes are available: 1 (Insufficient|Too many pods)|Unscheduled: )/;
const LOOKED_INTO = 5;

const NAMES = Array.from({ length: POLICIES }, (_, index) => `crowd-${String(index + 1).padStart(3, '0')}`);
const folderOf = (name: string): string => `/BACKUPS-${name}`;

describe('Many policies of one minute', () => {
  it(
    'all get their night on one node, which never has more pods than it holds, and those that wait say for what',
    { timeout: LONGEST_MS + 15 * 60_000 },
    onStage(async (stage) => {
      try {
        const minute = await makePolicies(stage);
        const seen = await watchNight(stage, minute);
        const room = await roomOnNode(stage);
        console.log(
          `${POLICIES} runs in ${seen.seconds} s; at most ${seen.mostPods} of ${room.pods} pods and ${seen.mostMilliCpu} of ${room.milliCpu} millicores on the node; at most ${seen.mostWaiting} waited, ${seen.mostSilentMs} ms without a word, for: ${[...seen.waitedFor].join('; ')}`,
        );
        assert.ok(seen.mostPods <= room.pods && seen.mostMilliCpu <= room.milliCpu, 'more than the node holds');
        assert.ok(seen.mostWaiting > 0, 'nothing had to wait');
        assert.ok(seen.mostSilentMs < MOST_SILENT_MS, `waited ${seen.mostSilentMs} ms without a word`);
        for (const reason of seen.waitedFor) assert.match(reason, WORDS);
        await assertAllGood(stage);
      } finally {
        await stage.kubectl(['delete', 'cbp', ...NAMES, '-n', stage.policies.namespace, '--ignore-not-found']);
      }
    }),
  );
});

/** Returns the minute at which all of them begin, in milliseconds. */
async function makePolicies({ cluster, policies }: Stage): Promise<number> {
  const minute = Math.ceil((Date.now() + AHEAD_MS) / 60_000) * 60_000;
  const at = new Date(minute);
  const schedule = `${at.getUTCMinutes()} ${at.getUTCHours()} ${at.getUTCDate()} ${at.getUTCMonth() + 1} *`;
  const objects = NAMES.map((name) => {
    const policy = aPolicy(name, { schedule, destination: { dropbox: { folder: folderOf(name) } } });
    return { ...policy, metadata: { name, namespace: policies.namespace } };
  });
  await applyAll(cluster.plane, objects);
  for (const name of NAMES)
    await policies.untilStatus(name, 'Ready', (status) => conditionIn(status, 'Ready')?.status === 'True', 120_000);
  assert.ok(Date.now() < minute, 'the policies were not ready at their minute');
  return minute;
}

/** Looks every other second until all have had their run. */
async function watchNight(stage: Stage, minute: number) {
  const seen = {
    mostPods: 0,
    mostMilliCpu: 0,
    mostWaiting: 0,
    waitedFor: new Set<string>(),
    mostSilentMs: 0,
  };
  const unspoken = new Map<string, number>();
  await delay(minute - Date.now());
  for (;;) {
    const { pods, milliCpu, waiting, done } = await lookAtCrowd(stage, NAMES);
    const now = Date.now();
    seen.mostPods = Math.max(seen.mostPods, pods);
    seen.mostMilliCpu = Math.max(seen.mostMilliCpu, milliCpu);
    seen.mostWaiting = Math.max(seen.mostWaiting, waiting.size);
    for (const name of NAMES) {
      const reason = waiting.get(name);
      if (reason !== '') unspoken.delete(name);
      if (reason) seen.waitedFor.add(reason);
      if (reason !== '') continue;
      unspoken.set(name, unspoken.get(name) ?? now);
      seen.mostSilentMs = Math.max(seen.mostSilentMs, now - (unspoken.get(name) ?? now));
    }
    if (done === POLICIES) return { ...seen, seconds: Math.round((now - minute) / 1_000) };
    assert.ok(now < minute + LONGEST_MS, `${done} of ${POLICIES} were done after ${LONGEST_MS / 60_000} minutes`);
    await delay(2_000);
  }
}

async function assertAllGood({ policies, dropbox }: Stage): Promise<void> {
  for (const [index, name] of NAMES.entries()) {
    const { history = [] } = await policies.status(name);
    const runs = history.map(({ result, reason, trigger }) => `${result} ${reason} ${trigger}`);
    assert.deepEqual(runs, ['Succeeded Verified Scheduled'], name);
    const zips = (await dropbox.list(folderOf(name))).filter((file) => file.endsWith('.zip'));
    assert.deepEqual(
      zips.map((file) => `${folderOf(name)}/${file}`),
      [history[0]?.backupPath],
    );
    if (index % (POLICIES / LOOKED_INTO) === 0) await proveGood(dropbox, history[0]?.backupPath ?? '');
  }
}
