import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RenderRefused, render } from './render.ts';

describe('The name of a release', () => {
  for (const release of ['2nd-office', 'office.berlin'])
    it(`is refused where no Service can be called so, like ${release}, and fullnameOverride helps`, async () => {
      await assert.rejects(render({}, { release }), (error) => {
        assert.ok(error instanceof RenderRefused, String(error));
        assert.match(error.message, new RegExp(`"${release}".* the name of a Service .*: set fullnameOverride`));
        return true;
      });
      const objects = await render({ fullnameOverride: 'office' }, { release });
      const services = objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name);
      assert.deepEqual(services, ['office-controller-metrics']);
    });
});
