import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { INSTALLATION_ANNOTATION } from '../src/api/kubernetes-names.ts';
import type { FinishedRun } from '../src/api/status.ts';
import { aPolicy } from '../test/controller/a-policy.ts';
import { commandBlocks } from '../test/docs/written-commands.ts';
import type { Scene } from '../test/night/scene.ts';
import { backupsIn, keptPolicy, openOutsideDropbox } from './stage/outside-dropbox.ts';
import { closeStage, LOG_SECRET } from './stage/stage.ts';
import { inNewCluster, type NewCluster } from './stage/successive-clusters.ts';

const DAY_MS = 86_400_000;
const PAGE = join(import.meta.dirname, '..', 'docs', 'start-again.md');
const [LOOK = [], INSTALL = [], SECRETS = [], FIRST_NIGHT = [], ADOPT = []] = commandBlocks(readFileSync(PAGE, 'utf8'));

/** Nights of the lost cluster before the one that a pod makes, one a day. */
const OLD_NIGHTS = 7;
/** What is asked for once they are adopted, so that half of them have expired. */
const SHORT = { keepDays: 3, minimumBackups: 2 };
const LOG = { postgres: { secretRef: { name: LOG_SECRET } } };

describe('A cluster that is lost', () => {
  it('is followed by another, in which docs/start-again.md brings policy, backups and log back, and changes no backup', {
    timeout: 30 * 60_000,
  }, async () => {
    assert.deepEqual(await closeStage(), []);
    await using dropbox = await openOutsideDropbox(new Date(Date.now() - OLD_NIGHTS * DAY_MS), 4);
    const { scene } = dropbox;
    const office = mkdtempSync(join(tmpdir(), 'case-backup-e2e-office-'));
    try {
      let installation = '';
      const file = join(office, 'nightly.yaml');
      const policy = aPolicy('nightly', { schedule: '30 4 1 1 *', logStore: LOG });
      writeFileSync(file, JSON.stringify(policy));
      const leftOfOld = await inNewCluster(dropbox, office, async (cluster) => {
        installation = await liveForAWeek(cluster, scene);
      });
      assert.deepEqual(leftOfOld, []);
      const before = backupsIn(scene);
      assert.equal(before.size, OLD_NIGHTS + 1);

      // Nothing is left but what lies in Dropbox.
      writeFileSync(file, await keptPolicy(scene));
      const lost = { file, installation, before };
      assert.deepEqual(await inNewCluster(dropbox, office, (cluster) => startAgain(cluster, scene, lost)), []);
    } finally {
      rmSync(office, { recursive: true });
    }
  });
});

/** By the same page, which leads to a first night in any empty cluster; returns the UID by which its backups know it. */
async function liveForAWeek(cluster: NewCluster, scene: Scene): Promise<string> {
  const [apply = '', ready = '', ...night] = FIRST_NIGHT;
  for (const line of [...INSTALL, ...SECRETS, apply, ready]) await cluster.shell.type(line);
  const { uid, namespace, annotations } = await asTheJobsGetIt(cluster);
  const installation = annotations[INSTALLATION_ANNOTATION];
  assert.ok(installation);
  for (let count = 0; count < OLD_NIGHTS; count++) {
    const home = { uid, namespace, installation };
    const { result, message } = await scene.night({ home });
    assert.equal(result, 'Succeeded', message);
    scene.clock.advance(DAY_MS);
  }
  scene.clock.advance(Date.now() - scene.clock.now().getTime());
  for (const line of night) await cluster.shell.type(line);
  assert.equal(outcomeOf(await onlyRun(cluster)), 'Succeeded Verified Manual');
  return installation;
}

interface LostCluster {
  readonly file: string;
  readonly installation: string;
  readonly before: ReadonlyMap<string, string>;
}

async function startAgain(cluster: NewCluster, scene: Scene, { file, installation, before }: LostCluster) {
  const { shell, postgres, policies } = cluster;
  const typed = async (lines: readonly string[]): Promise<string[]> => {
    const said: string[] = [];
    for (const line of lines) said.push(await shell.type(line));
    return said;
  };
  const old = [...before.keys()].map((path) => path.slice('/BACKUPS/'.length));
  const [seen = ''] = await typed(LOOK);
  assert.deepEqual(statusesIn(seen), Object.fromEntries(old.map((name) => [name, 'verified nightly (elsewhere)'])));
  assert.match(seen, new RegExp(`namespace case-backup of installation ${installation}`));

  await typed([...INSTALL, ...SECRETS, ...FIRST_NIGHT]);
  const first = await onlyRun(cluster);
  assert.equal(outcomeOf(first), 'Succeeded Verified Manual');
  const now = backupsIn(scene);
  for (const [path, state] of before) assert.equal(now.get(path), state, `${path} is not what it was`);
  assert.equal(now.size, before.size + 1);
  const newest = (await scene.inventory()).records.records.at(-1)?.record.report;
  assert.match(
    newest?.warnings.join('\n') ?? '',
    new RegExp(`PolicyElsewhere: .*${installation}; ${before.size} backups`),
  );
  assert.equal(newest?.baseline?.kind, 'LastNight');
  const { spec, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
  const retention = { ...SHORT, adopt: [installation] };
  writeFileSync(file, JSON.stringify({ ...rest, spec: { ...spec, retention } }));
  const said = await typed(ADOPT);
  const all = [...now.keys()].map((path) => path.slice('/BACKUPS/'.length));
  assert.deepEqual(statusesIn(said.at(-1) ?? ''), Object.fromEntries(all.map((name) => [name, 'verified nightly'])));
  assert.deepEqual(backupsIn(scene), now, 'a look changed something');

  await policies.runByHand('nightly', 'second');
  const { history = [] } = await policies.untilStatus(
    'nightly',
    'the second night',
    (status) => status.history?.length === 2,
    240_000,
  );
  assert.deepEqual(history.map(outcomeOf), ['Succeeded Verified Manual', 'Succeeded Verified Manual']);
  const rows = await postgres.sql('SELECT backup_path, status FROM backup_logs ORDER BY started_at');
  const logged = [...before.keys(), first.backupPath, history[0]?.backupPath];
  assert.deepEqual(
    rows,
    logged.map((path) => ({ backup_path: path, status: 'completed' })),
  );
  assertOnlyExpiredWent(now, backupsIn(scene));
}

/** The newest from before the window stays as well, and nothing that stays is touched. */
function assertOnlyExpiredWent(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): void {
  const dayOf = (path: string): number => Date.parse(/\d{4}-\d\d-\d\d/.exec(path)?.[0] ?? '');
  const windowStart = Math.max(...[...after.keys()].map(dayOf)) - SHORT.keepDays * DAY_MS;
  const gone = [...before.keys()].filter((path) => !after.has(path));
  assert.ok(gone.length > 0, 'nothing has expired');
  assert.deepEqual(
    gone.filter((path) => dayOf(path) >= windowStart),
    [],
  );
  const beyond = [...after.keys()].filter((path) => dayOf(path) <= windowStart);
  assert.ok(Math.max(...beyond.map(dayOf)) > Math.max(...gone.map(dayOf)), `${gone} went, ${beyond} stayed`);
  for (const [path, state] of before) if (after.has(path)) assert.equal(after.get(path), state, path);
}

const outcomeOf = ({ result, reason, trigger }: FinishedRun): string => `${result} ${reason} ${trigger}`;

async function onlyRun({ policies }: NewCluster): Promise<FinishedRun> {
  const { history = [] } = await policies.status('nightly');
  const [run, ...more] = history;
  assert.ok(run && more.length === 0, JSON.stringify(history));
  return run;
}

/** The policy's metadata in the pods of its CronJob. */
async function asTheJobsGetIt({ shell }: NewCluster) {
  const path = '{.spec.jobTemplate.spec.template.spec.containers[0].env[?(@.name=="CASE_BACKUP_POLICY")].value}';
  const text = await shell.type(`kubectl get cronjob case-backup-nightly -n case-backup -o jsonpath='${path}'`);
  const { metadata } = JSON.parse(text) as {
    metadata: { uid: string; namespace: string; annotations: Record<string, string> };
  };
  return metadata;
}

/** The table of `list`: of each name its status, and whose it is. */
const statusesIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^(\S+\.zip) +(\S+) .* (nightly.*?) *$/gm)].map(([, name = '', status, owner]) => [
      name,
      `${status} ${owner}`,
    ]),
  );
