import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { policyCrd } from '../../../src/api/crd.ts';
import { fitted, gapsOf } from '../../../src/controller/crd-gap.ts';
import type { OpenApiSchema } from '../../../src/kube/client.ts';
import { SAMPLE_STATUS } from '../../api/sample-status.ts';

const OURS: OpenApiSchema = policyCrd().spec.versions[0]?.schema.openAPIV3Schema ?? assert.fail();
const STATUS = OURS.properties?.['status'] ?? assert.fail();

/** Our schema as an older release had it. */
function older(change: (status: Mutable) => void): OpenApiSchema {
  const status = structuredClone(STATUS) as Mutable;
  change(status);
  return status as OpenApiSchema;
}
interface Mutable {
  properties: Record<string, Mutable>;
  items: Mutable;
  enum: string[];
  required: string[];
  maxLength: number;
  maxItems: number;
}
const part = (status: Mutable, name: string): Mutable => status.properties[name] ?? assert.fail(name);

describe('What an older CRD lacks', () => {
  it('is nothing when it is our own, and that takes a whole status as it is', () => {
    assert.deepEqual(gapsOf(OURS, OURS), []);
    assert.deepEqual(fitted(SAMPLE_STATUS, STATUS), SAMPLE_STATUS);
  });

  it('is nothing when it is newer', () => {
    const newer = older((status) => {
      Object.assign(status.properties, { sealedWith: { type: 'string' } });
      part(status, 'conditions').items.properties['type']?.enum.push('Encrypted');
    });
    assert.deepEqual(gapsOf(STATUS, newer), []);
  });

  it('is a field, at any depth: it is named, and left out of a status', () => {
    const served = older((status) => {
      delete status.properties['quota'];
      delete part(status, 'history').items.properties['hint'];
      delete part(status, 'lastRun').properties['failingPaths'];
    });
    assert.deepEqual(gapsOf(STATUS, served, 'status'), ['status.lastRun.failingPaths', 'status.quota']);
    const { quota: _, lastRun, ...rest } = SAMPLE_STATUS;
    const { failingPaths: __, ...run } = lastRun ?? assert.fail();
    assert.deepEqual(fitted(SAMPLE_STATUS, served), { ...rest, lastRun: run });
  });

  it('is a word: what can not be without it is left out, and nothing else', () => {
    const served = older((status) => {
      const type = part(status, 'conditions').items.properties['type'] ?? assert.fail();
      type.enum = type.enum.filter((word) => word !== 'QuotaSufficient');
      const stage = part(status, 'activeRun').properties['stage'] ?? assert.fail();
      stage.enum = [];
    });
    const gaps = gapsOf(STATUS, served, 'status');
    assert.ok(gaps.includes('status.conditions[].type QuotaSufficient'), String(gaps));
    assert.ok(gaps.includes('status.activeRun.stage Listing'), String(gaps));
    const fits = fitted(SAMPLE_STATUS, served) as typeof SAMPLE_STATUS;
    assert.deepEqual(
      fits.conditions,
      SAMPLE_STATUS.conditions?.filter(({ type }) => type !== 'QuotaSufficient'),
    );
    assert.deepEqual({ ...SAMPLE_STATUS.activeRun, stage: undefined }, { ...fits.activeRun, stage: undefined });
    assert.ok(fits.activeRun && !('stage' in fits.activeRun));
  });

  it('may be room: a text is cut and a list shortened', () => {
    const narrow = older((status) => {
      part(status, 'history').maxItems = 5;
      part(status, 'cronJobName').maxLength = 20;
    });
    assert.deepEqual(gapsOf(STATUS, narrow, 'status'), ['status.cronJobName beyond 20', 'status.history beyond 5']);
    const schema = { properties: { text: { maxLength: 5 }, list: { maxItems: 1, items: {} }, free: {} } };
    assert.deepEqual(fitted({ text: 'abcdefgh', list: [1, 2], free: { a: [1] } }, schema), {
      text: 'ab…',
      list: [1],
      free: { a: [1] },
    });
  });
});
