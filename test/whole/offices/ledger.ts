import assert from 'node:assert/strict';
import type { RunReport } from '../../../src/api/report.ts';
import type { MemoryTree } from '../../store/memory/memory-tree.ts';

export interface Kept {
  readonly keepDays: number;
  readonly minimumBackups: number;
}

/** The verified backups of one policy, and on which real day each was made, whatever the machine's clock said. */
export interface Ledger {
  note(report: RunReport, day: number): void;
  /** No backup is gone before its time, and never one of the last that are good. */
  check(tree: MemoryTree, what: string): void;
}

export function ledger({ keepDays, minimumBackups }: Kept): Ledger {
  const standing = new Map<string, number>();
  return {
    note({ result, backup }, day) {
      if (result === 'Succeeded' && backup) standing.set(backup.path, day);
    },
    check(tree, what) {
      const newest = Math.max(...standing.values());
      for (const [path, day] of [...standing]) {
        if (tree.get(path)) continue;
        standing.delete(path);
        assert.ok(newest - day >= keepDays, `${what}: ${path} of day ${day} is gone, the newest is of day ${newest}`);
        assert.ok(standing.size >= minimumBackups, `${what}: only ${standing.size} are left`);
      }
    },
  };
}
