import assert from 'node:assert/strict';
import type { RunReport } from '../../src/api/report.ts';
import type { LogDatabase } from './log-database.ts';
import { type Scenario, scenario } from './scenario.ts';
import type { Scene } from './scene.ts';

/** For scenarios about the log: their scene has one. */
export const logged = { logged: true } as const;

export function databaseOf({ database }: Scene): LogDatabase {
  assert.ok(database);
  return database;
}

/** A fault of the log alone: the night is good, says that it is not logged, and a later one makes up for it. */
export function unlogged(name: string, why: RegExp, options: Omit<Scenario, 'exit' | 'scene' | 'check'>): void {
  scenario(name, { exit: 'succeeded', scene: logged, check: (_, report) => assertUnlogged(report, why), ...options });
}

export function assertUnlogged(report: RunReport, why: RegExp): void {
  assert.match(report.warnings.join('\n'), /^LogNotWritten: /m);
  assert.match(report.warnings.join('\n'), why);
  assert.equal(report.retention?.heldBecause, 'the run could not be logged');
}

export function assertNoWarning(report: RunReport): void {
  assert.deepEqual(report.warnings, []);
  assert.equal(report.retention?.heldBecause, undefined);
}

/** Once, before the first request of the route that the fault's night makes. */
export function atFirst({ emulator }: Scene, route: string, act: () => Promise<void> | void): () => void {
  let isDone = false;
  return emulator.faults.onRequest(async (request) => {
    if (isDone || request.route !== route) return;
    isDone = true;
    await act();
  });
}
