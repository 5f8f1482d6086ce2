import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policySchema } from '../../src/api/policy.ts';
import { POLICY_FILE } from '../../src/repository/names.ts';
import { type Store, Unavailable } from '../../src/store/store.ts';
import { aPolicy, type NightChange, openScene, type Scene } from './scene.ts';

const DAY_MS = 86_400_000;
const PATH = `/BACKUPS/${POLICY_FILE}`;

const copyIn = async ({ emulator }: Scene): Promise<unknown> =>
  JSON.parse((await emulator.tree.read(PATH)).toString('utf8'));

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
        file.name === 'policy.json' ? Promise.reject(new Unavailable('unreadable')) : store.load(file, signal),
    });
    return { wrapDestination };
  },
};

for (const [what, arrange] of Object.entries(UNFIT)) {
  test(`${what} in its place is told, and costs no backup`, async () => {
    await using scene = await openScene();
    const report = await scene.night(arrange(scene));
    assert.equal(report.result, 'Succeeded', report.message);
    assert.match(report.warnings.join('\n'), /^PolicyNotKept: \/BACKUPS\/\.case-backup\/policy\.json/m);
  });
}
