import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, one, type Rendered } from '../manifest.ts';
import { render } from '../render.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

/** Of the controller, of the jobs, and of all that helm test starts. */
const imagesOf = (objects: readonly Rendered[]): string[] => {
  const deployment = one(objects, 'Deployment');
  const args = at(deployment, 'spec.template.spec.containers.0.args') as string[];
  return [
    at(deployment, 'spec.template.spec.containers.0.image') as string,
    args[args.indexOf('--job-image') + 1] ?? '',
    ...objects.filter(({ kind }) => kind === 'Pod').map((pod) => at(pod, 'spec.containers.0.image') as string),
  ];
};

describe('The image', () => {
  const cases = [
    ['is of the registry and the version that the chart is made for', {}, 'ghcr.io/case-backup/case-backup:0.1.0'],
    ['has the tag that is asked for', { image: { tag: 'v2' } }, 'ghcr.io/case-backup/case-backup:v2'],
    [
      'has the digest that is asked for, and then no tag',
      { image: { tag: 'v2', digest: DIGEST } },
      `ghcr.io/case-backup/case-backup@${DIGEST}`,
    ],
    [
      'comes from another registry',
      { image: { registry: 'reg.example:5000' } },
      'reg.example:5000/case-backup/case-backup:0.1.0',
    ],
    [
      'comes from the registry of all images before its own',
      { global: { imageRegistry: 'mirror.example/hub/' }, image: { registry: 'reg.example' } },
      'mirror.example/hub/case-backup/case-backup:0.1.0',
    ],
    [
      'comes from nowhere but the node, with no registry at all',
      { image: { registry: '', repository: 'case-backup', tag: 'dev' } },
      'case-backup:dev',
    ],
  ] as const;
  for (const [says, values, image] of cases)
    it(says, async () => {
      const images = imagesOf(await render(values));
      assert.ok(images.length >= 5, `${images.length}`);
      assert.deepEqual([...new Set(images)], [image]);
    });

  it('is pulled with the Secrets and by the policy that are asked for, by controller and jobs alike', async () => {
    const objects = await render({
      image: { pullPolicy: 'Never' },
      imagePullSecrets: [{ name: 'one' }, { name: 'two' }],
    });
    const deployment = one(objects, 'Deployment');
    const args = (at(deployment, 'spec.template.spec.containers.0.args') as string[]).join(' ');
    assert.match(args, /--job-image-pull-policy Never --job-image-pull-secret one --job-image-pull-secret two /);
    assert.equal(at(deployment, 'spec.template.spec.containers.0.imagePullPolicy'), 'Never');
    assert.deepEqual(at(deployment, 'spec.template.spec.imagePullSecrets'), [{ name: 'one' }, { name: 'two' }]);
  });
});
