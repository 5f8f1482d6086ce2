import assert from 'node:assert/strict';
import { policySchema } from '../../../src/api/policy.ts';
import type { RunReport } from '../../../src/api/report.ts';
import { runBackup } from '../../../src/backup/run.ts';
import { createLog } from '../../../src/host/log.ts';
import { recordSchema } from '../../../src/repository/record.ts';
import { policyOf } from '../../cli/policy-file.ts';
import { openMemoryStore } from '../../store/memory/memory-store.ts';
import { memoryTree } from '../../store/memory/memory-tree.ts';
import { type Ledger, ledger } from './ledger.ts';
import { officeClock } from './office-clock.ts';
import { type Random, randomFrom } from './random.ts';
import { assertNothingIsMissing, snapshotOf } from './standing.ts';
import { act, furnish, stumble, type World } from './world.ts';

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2026, 0, 1, 3);
const KEPT = { keepDays: 6, minimumBackups: 3 };

/** What a night has of its own, beside what people do in it. */
export const NIGHTS = ['ordinary', 'shrunk', 'emptied', 'forgotten', 'clock ahead', 'share lost'] as const;
export type Kind = (typeof NIGHTS)[number];

export interface Tally {
  nights: number;
  /** Files that were there, unchanged, all through a night that made a backup. */
  unchanged: number;
  readonly results: Record<string, number>;
}

interface Policy {
  readonly name: string;
  readonly world: World;
  readonly backups: Ledger;
  /** Whether a night has ended whose records still lie at the destination. */
  isRemembered: boolean;
}

/** One office for so many nights. Throws what is wrong in the first night in which something is. */
export async function liveThrough(seed: string, nights: number, workParent: string): Promise<Tally> {
  const random = randomFrom(seed);
  const clock = officeClock(new Date(FIRST_DAY));
  const tree = memoryTree(clock);
  const worldOf = (root: string): World => ({ tree, random, root });
  const policies: Policy[] = ['/CASES', ...(random.chance(50) ? ['/CLOSED'] : [])].map((root, index) => {
    const world = worldOf(root);
    furnish(world);
    return { name: `policy-${index}`, world, backups: ledger(KEPT), isRemembered: false };
  });
  const tally: Tally = { nights: 0, unchanged: 0, results: {} };

  for (let day = 0; day < nights; day++) {
    const kind = kindOf(random, day);
    clock.set(new Date(FIRST_DAY + (day + (kind === 'clock ahead' ? 8 + random.below(500) : 0)) * DAY_MS));
    if (kind === 'forgotten') forget(tree, policies);
    for (const policy of policies) {
      const what = `office ${seed}, day ${day}, ${kind}, ${policy.name}`;
      const undo = prepare(kind, policy.world);
      const before = snapshotOf(policy.world);
      const report = await backUp(policy, { random, clock, workParent });
      tally.nights += 1;
      tally.results[report.reason] = (tally.results[report.reason] ?? 0) + 1;
      policy.backups.note(report, day);
      for (const other of policies) other.backups.check(tree, what);
      if (report.backup)
        tally.unchanged += await assertNothingIsMissing(policy.world, before, report).catch(named(what));
      assertBrakes(kind, policy, report, what);
      if (report.backup) policy.isRemembered = true;
      undo();
    }
    for (const { world } of policies) for (let n = random.below(4); n > 0; n--) act(world);
  }
  return tally;
}

const kindOf = (random: Random, day: number): Kind =>
  day > 2 && random.chance(15) ? (random.pick(NIGHTS) ?? 'ordinary') : 'ordinary';

function forget(tree: World['tree'], policies: readonly Policy[]): void {
  tree.remove('/BACKUPS/.case-backup');
  for (const policy of policies) policy.isRemembered = false;
}

/** Does to the source what the night is about, and returns how it is put right. */
function prepare(kind: Kind, { tree, root }: World): () => void {
  const cases = tree.children(root).filter(({ kind: is }) => is === 'folder');
  if (kind === 'shrunk' || kind === 'share lost') {
    const some = kind === 'shrunk' ? cases.slice(0, Math.ceil(cases.length * 0.6)) : cases.slice(0, 1);
    const away = some.map(({ path }) => [path, `/ELSEWHERE${path}`] as const);
    for (const [from, to] of away) tree.move(from, to);
    return () => {
      for (const [from, to] of away) if (!tree.get(from)) tree.move(to, from);
    };
  }
  if (kind === 'emptied') {
    const files = tree.below(root).flatMap((node) => (node.kind === 'file' ? [node] : []));
    for (const { path } of files) tree.put(path, Buffer.alloc(0));
    return () => {
      for (const { path, bytes } of files) if (tree.get(path)) tree.put(path, bytes);
    };
  }
  return () => undefined;
}

interface Run {
  readonly random: Random;
  readonly clock: ReturnType<typeof officeClock>;
  readonly workParent: string;
}

async function backUp({ name, world }: Policy, { random, clock, workParent }: Run): Promise<RunReport> {
  const { tree, root } = world;
  const isBusy = random.chance(60);
  const spec = {
    source: { dropbox: { credentialsSecretRef: { name: 'dropbox' }, root } },
    destination: { dropbox: { folder: '/BACKUPS' } },
    retention: KEPT,
  };
  const policy = policySchema.parse({ ...policyOf(spec), metadata: { name } });
  return await runBackup({
    policy,
    slot: undefined,
    source: openMemoryStore(tree, root, {
      pageSize: 3,
      beforeAnswer(call, path) {
        if (!isBusy) return;
        if (random.chance(8)) act(world);
        stumble(world, call, path);
      },
    }),
    destination: openMemoryStore(tree, '/BACKUPS'),
    openJournal: undefined,
    clock,
    log: createLog('silent', () => undefined),
    workParent,
    signal: new AbortController().signal,
  });
}

/** In the very night in which most has gone, nothing is backed up as if all were well. */
function assertBrakes(
  kind: Kind,
  { isRemembered, world: { tree } }: Policy,
  { runId, baseline, reason, result, backup }: RunReport,
  what: string,
): void {
  if (isRemembered && (kind === 'shrunk' || kind === 'emptied')) {
    const isStopped = /^(SourceShrunk|SourceEmpty|ListingUnstable)$/.test(reason);
    const mayGoOn = kind === 'emptied' && backup !== undefined && isWrittenAgain(tree, runId, baseline);
    assert.ok(isStopped || mayGoOn, `${what}: ${result}, ${reason}`);
  }
  if (backup && !isRemembered && kind === 'forgotten') assert.equal(baseline?.kind, 'Nothing', what);
  if (backup && isRemembered) assert.equal(baseline?.kind, 'LastNight', what);
}

/** Whether people wrote so much while it was listed that it was at least half as large as the night before all the same. */
function isWrittenAgain(tree: World['tree'], runId: string, baseline: RunReport['baseline']): boolean {
  const bytesOf = (id: string): number => {
    const node = tree.get(`/BACKUPS/.case-backup/runs/${id}.json`);
    const { source } = recordSchema.parse(JSON.parse(node?.kind === 'file' ? node.bytes.toString() : ''));
    return source.totals?.bytes ?? 0;
  };
  const before = baseline?.runId;
  return before !== undefined && bytesOf(runId) * 2 >= bytesOf(before);
}

const named =
  (what: string) =>
  (error: unknown): never => {
    throw new Error(`${what}: ${error instanceof Error ? error.message : error}`, { cause: error });
  };
