import assert from 'node:assert/strict';
import type { NightChange, Scene } from './scene.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Good nights of several policies in one folder, an hour after each other. */
export async function nights(scene: Scene, changes: readonly NightChange[], count: number): Promise<void> {
  for (let night = 0; night < count; night++) {
    for (const change of changes) {
      const { result, message } = await scene.night(change);
      assert.equal(result, 'Succeeded', message);
      scene.clock.advance(HOUR_MS);
    }
    scene.clock.advance(DAY_MS - changes.length * HOUR_MS);
  }
}
