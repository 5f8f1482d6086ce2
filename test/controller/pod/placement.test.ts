import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placementOf } from '../../../src/controller/pod-placement.ts';

describe('Where a pod runs', () => {
  it('is what the policy says, and what the operator says', () => {
    assert.deepEqual(placementOf({ nodeSelector: { disk: 'fast' } }, { priorityClassName: 'nights' }), {
      nodeSelector: { disk: 'fast' },
      priorityClassName: 'nights',
    });
    assert.deepEqual(placementOf(), {});
  });

  it("is the operator's word where both say the same, so that no policy leaves the nodes that were meant", () => {
    const said = placementOf(
      {
        nodeSelector: { pool: 'days', disk: 'fast' },
        affinity: { nodeAffinity: { mine: true }, podAffinity: { mine: true } },
        priorityClassName: 'system-cluster-critical',
        runtimeClassName: 'runc',
      },
      {
        nodeSelector: { pool: 'nights' },
        affinity: { nodeAffinity: { theirs: true } },
        priorityClassName: 'nights',
        runtimeClassName: 'sandbox',
      },
    );
    assert.deepEqual(said, {
      nodeSelector: { pool: 'nights', disk: 'fast' },
      affinity: { nodeAffinity: { theirs: true }, podAffinity: { mine: true } },
      priorityClassName: 'nights',
      runtimeClassName: 'sandbox',
    });
  });

  it('tolerates the taints of both', () => {
    assert.deepEqual(placementOf({ tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'b' }] }), {
      tolerations: [{ key: 'b' }, { key: 'a' }],
    });
  });

  it('is spread as both say, over the same parts only as the operator does, since the server takes each once', () => {
    const zones = { topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' } as const;
    const nodes = { topologyKey: 'node', whenUnsatisfiable: 'DoNotSchedule', maxSkew: 3 } as const;
    const said = placementOf(
      { topologySpreadConstraints: [{ ...zones, maxSkew: 9 }, nodes] },
      { topologySpreadConstraints: [{ ...zones, maxSkew: 1 }] },
    );
    assert.deepEqual(said, { topologySpreadConstraints: [{ ...zones, maxSkew: 1 }, nodes] });
  });

  it('is not said by what is empty, which the server would drop', () => {
    assert.deepEqual(placementOf({ nodeSelector: {}, tolerations: [] }, { affinity: {} }), {});
  });
});
