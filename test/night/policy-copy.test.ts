import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policySchema } from '../../src/api/policy.ts';
import { FORMER_POLICY_FILE, policyFile } from '../../src/repository/names.ts';
import { type Store, Unavailable } from '../../src/store/store.ts';
import { aPolicy, type NightChange, openScene, type Scene } from './scene.ts';

const DAY_MS = 86_400_000;
const PATH = `/BACKUPS/${policyFile('nightly', undefined)}`;
const FORMER = `/BACKUPS/${FORMER_POLICY_FILE}`;

const copyIn = async ({ emulator }: Scene, path = PATH): Promise<unknown> =>
  JSON.parse((await emulator.tree.read(path)).toString('utf8'));

test('the policy stands beside the backups as it was last used, and can be applied as it is', async () => {
  await using scene = await openScene();
  await scene.night();
  const { apiVersion, kind, spec } = aPolicy();
  assert.deepEqual(await copyIn(scene), { apiVersion, kind, metadata: { name: 'nightly' }, spec });
  assert.deepEqual(policySchema.parse(await copyIn(scene)).spec, spec);

  const revOf = (): string => scene.emulator.tree.stat(PATH).rev;
  const before = revOf();
  scene.clock.advance(DAY_MS);
  await scene.night();
  assert.equal(revOf(), before, 'a policy that has not changed is not written again');

  scene.clock.advance(DAY_MS);
  const report = await scene.night({ spec: { retention: { keepDays: 60 } } });
  assert.deepEqual([report.result, report.warnings], ['Succeeded', []]);
  assert.equal(policySchema.parse(await copyIn(scene)).spec.retention.keepDays, 60);
});

test('a night that is refused by a guard has left the policy all the same', async () => {
  await using scene = await openScene({ cases: 0 });
  scene.emulator.tree.folder('/CASES');
  const report = await scene.night();
  assert.equal(report.reason, 'SourceEmpty', report.message);
  assert.equal(policySchema.parse(await copyIn(scene)).metadata.name, 'nightly');
});

test('a folder in its place is told, and costs no backup', async () => {
  await using scene = await openScene();
  scene.emulator.tree.folder(PATH);
  const report = await scene.night();
  assert.equal(report.result, 'Succeeded');
  assert.match(report.warnings.join('\n'), /^PolicyNotKept: /m);
});

const UNFIT: Readonly<Record<string, (scene: Scene) => NightChange>> = {
  'a huge file': ({ emulator }) => {
    emulator.tree.put(PATH, { size: 5 * 1024 * 1024, seed: 1 });
    return {};
  },
  'a file that can not be read': ({ emulator }) => {
    emulator.tree.put(PATH, '{}');
    const wrapDestination = (store: Store): Store => ({
      ...store,
      load: (file, signal) =>
        file.name === 'policy-nightly.json' ? Promise.reject(new Unavailable('unreadable')) : store.load(file, signal),
    });
    return { wrapDestination };
  },
};

for (const [what, arrange] of Object.entries(UNFIT)) {
  test(`${what} in its place is told, and costs no backup`, async () => {
    await using scene = await openScene();
    const report = await scene.night(arrange(scene));
    assert.equal(report.result, 'Succeeded', report.message);
    assert.match(report.warnings.join('\n'), /^PolicyNotKept: \/BACKUPS\/\.case-backup\/policy-nightly\.json/m);
  });
}

/** Name and namespace of each policy that can be applied again, by its file. */
async function copies(scene: Scene): Promise<Record<string, string>> {
  const paths = scene.emulator.tree.files('/BACKUPS').filter((path) => /\/policy[^/]*$/.test(path));
  const named = paths.map(async (path) => {
    const { name, namespace = '' } = policySchema.parse(await copyIn(scene, path)).metadata;
    return [path.slice('/BACKUPS/.case-backup/'.length), `${namespace}/${name}`] as const;
  });
  return Object.fromEntries(await Promise.all(named));
}

test('each policy of a folder has a copy of its own, those of one name in several clusters and namespaces too', async () => {
  await using scene = await openScene({ cases: 1 });
  const home = { uid: 'a', namespace: 'east', installation: 'lease-1' };
  const homes = [
    home,
    { ...home, namespace: 'west' },
    { ...home, installation: 'lease-2' },
    { ...home, uid: 'made anew' },
  ];
  for (const change of [{}, { policyName: 'closed' }, ...homes.map((at) => ({ home: at }))]) {
    const { result, message } = await scene.night(change);
    assert.equal(result, 'Succeeded', message);
    scene.clock.advance(DAY_MS);
  }
  const kept = await copies(scene);
  assert.deepEqual(Object.values(kept).sort(), ['/closed', '/nightly', 'east/nightly', 'east/nightly', 'west/nightly']);
  assert.deepEqual(
    Object.keys(kept).filter((name) => !/^policy-nightly@[0-9a-f]{8}\.json$/.test(name)),
    ['policy-closed.json', 'policy-nightly.json'],
  );
});

test('the one copy of before is replaced by the policy that is in it, and left by every other', async () => {
  await using scene = await openScene({ cases: 1 });
  scene.emulator.tree.put(FORMER, JSON.stringify(aPolicy()));
  await scene.night({ policyName: 'closed' });
  assert.deepEqual(Object.keys(await copies(scene)).sort(), ['policy-closed.json', 'policy.json']);
  scene.clock.advance(DAY_MS);
  await scene.night();
  assert.deepEqual(Object.keys(await copies(scene)).sort(), ['policy-closed.json', 'policy-nightly.json']);
});

for (const [whose, policyName, kind] of [
  ['its own', 'nightly', 'Nothing'],
  ["another policy's", 'closed', 'FirstBackup'],
] as const)
  for (const path of [PATH, FORMER])
    test(`in a folder of which only ${whose} copy is left, as ${path}, a policy is ${kind === 'Nothing' ? 'one that has lost its memory' : 'new'}`, async () => {
      await using scene = await openScene({ cases: 1 });
      scene.emulator.tree.put(path, JSON.stringify(aPolicy()));
      assert.equal((await scene.night({ policyName })).baseline?.kind, kind);
    });

test('a policy whose records alone were tidied away says so in a folder of others', async () => {
  await using scene = await openScene({ cases: 1 });
  const { runId, backup } = await scene.night();
  scene.clock.advance(DAY_MS);
  assert.equal(
    (await scene.night({ policyName: 'closed', sourceRoot: '/CASES', spec: { guards: { minFiles: 99 } } })).exitCode,
    5,
  );
  scene.emulator.tree.remove(`/BACKUPS/.case-backup/runs/${runId}.json`);
  scene.emulator.tree.remove(backup?.path ?? '');
  scene.clock.advance(DAY_MS);
  assert.equal((await scene.night()).baseline?.kind, 'Nothing');
});
