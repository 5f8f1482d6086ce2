import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { README, readme } from './readme.ts';

it("the chart's README is what helm-docs makes of its values; node test/chart/readme.ts writes it", async () => {
  assert.equal(readFileSync(README, 'utf8'), await readme());
});
