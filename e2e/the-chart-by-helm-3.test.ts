import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { readManifest } from '../test/chart/manifest.ts';
import { EVERY_API, renderText } from '../test/chart/render.ts';
import { takesOver } from '../test/chart/take-over.ts';
import { givenValuesFiles } from '../test/chart/values-files.ts';
import { tool } from '../test/tools/tools.ts';

/** Its build costs minutes, which npm test would spend for the older of two that do the same. */
const HELM = 'helm3';

describe('The chart by Helm 3', () => {
  before(() => tool(HELM));

  for (const { name, values } of givenValuesFiles())
    it(`has the objects that Helm 4 makes of it, with ${name}`, async () => {
      for (const apiVersions of [[], EVERY_API]) {
        const rendered = await Promise.all(
          ([HELM, 'helm4'] as const).map((helm) => renderText(values, { apiVersions, helm })),
        );
        const [byThree = [], byFour = []] = rendered.map(readManifest);
        assert.deepEqual(byThree, byFour);
        assert.ok(byThree.length > 8, `${byThree.length} objects`);
      }
    });

  describe('takes over what kubectl has installed, which', () => takesOver(HELM));
});
