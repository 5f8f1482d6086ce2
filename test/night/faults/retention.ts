import assert from 'node:assert/strict';
import type { RunReport } from '../../../src/api/report.ts';
import { scenario } from '../scenario.ts';
import { never, type Scene } from '../scene.ts';

const DAY_MS = 86_400_000;
const RULES = { retention: { keepDays: 3, minimumBackups: 2, maxDeletionsPerRun: 2 } } as const;
const night = { spec: RULES };

const zips = ({ emulator }: Scene): string[] =>
  emulator.tree
    .files('/BACKUPS')
    .filter((path) => path.endsWith('_backup.zip'))
    .map((path) => path.slice('/BACKUPS/'.length));

/** Good nights of which the oldest have expired under RULES when the next one has run. */
async function nights(scene: Scene, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    assert.equal((await scene.night()).result, 'Succeeded');
    scene.clock.advance(DAY_MS);
  }
}

for (const [what, skewMs] of [
  ['ten years ahead', 10 * 365 * DAY_MS],
  ['a day behind', -DAY_MS],
  ['six minutes off', 360_000],
] as const) {
  scenario(`a clock that is ${what} deletes nothing`, {
    row: 49,
    exit: 'succeeded',
    night,
    async fault(scene) {
      await nights(scene, 5);
      scene.emulator.settings.dateSkewMs = -skewMs;
    },
    check(scene, report) {
      assert.match(report.retention?.heldBecause ?? '', /clock/);
      assert.equal(zips(scene).length, 7);
    },
    heal: ({ emulator }) => {
      emulator.settings.dateSkewMs = 0;
    },
  });
}

scenario('after forty failed nights the first good one deletes at most the cap', {
  row: 50,
  exit: 'succeeded',
  prunes: true,
  night,
  async fault(scene) {
    await nights(scene, 6);
    scene.emulator.tree.move('/CASES', '/ELSEWHERE');
    scene.emulator.tree.folder('/CASES');
    for (let failed = 0; failed < 40; failed++) {
      assert.equal((await scene.night(night)).reason, 'SourceEmpty');
      scene.clock.advance(DAY_MS);
    }
    assert.equal(zips(scene).length, 7);
    scene.emulator.tree.remove('/CASES');
    scene.emulator.tree.move('/ELSEWHERE', '/CASES');
  },
  check(scene, report) {
    assert.equal(report.retention?.deleted, 2);
    assert.equal(zips(scene).length, 6);
    assert.match(report.warnings.join(), /RetentionCapped/);
  },
});

scenario('a run that did not verify deletes nothing', {
  row: 51,
  exit: 'mismatch',
  night,
  async fault(scene) {
    await nights(scene, 6);
    scene.emulator.faults.add({ route: 'files/upload_session/finish', effect: { kind: 'corruptCommit' } });
  },
  check: (scene) => assert.equal(zips(scene).length, 7),
});

scenario('an incomplete backup deletes nothing', {
  row: 51,
  exit: 'incomplete',
  night,
  async fault(scene) {
    await nights(scene, 6);
    scene.emulator.tree.flag('/CASES/USA003_Client 3/letter.txt', { locked: true });
  },
  check: (scene) => assert.equal(zips(scene).length, 8),
  heal: ({ emulator }) => emulator.tree.flag('/CASES/USA003_Client 3/letter.txt', undefined),
});

scenario('a verified backup that is gone or was changed is told, and does not count', {
  row: 52,
  exit: 'succeeded',
  prunes: true,
  night: { spec: { retention: { keepDays: 1, minimumBackups: 3, maxDeletionsPerRun: 10 } } },
  async fault(scene) {
    await nights(scene, 3);
    const [, second, third] = zips(scene);
    scene.emulator.tree.remove(`/BACKUPS/${second}`);
    scene.emulator.tree.put(`/BACKUPS/${third}`, 'something else');
  },
  async check(scene, report) {
    assert.match(report.warnings.join(), /BackupLost/);
    assert.match(report.warnings.join(), /BackupAltered/);
    const { backups, lost } = await scene.inventory();
    assert.equal(lost.length, 1);
    assert.deepEqual(backups.filter(({ status }) => status === 'altered').length, 1);
    assert.equal(report.retention?.deleted, 0);
  },
});

scenario('foreign files, similar names and folders in the backup folder are never deleted', {
  row: 53,
  exit: 'succeeded',
  prunes: true,
  night: { spec: { retention: { keepDays: 1, minimumBackups: 1, maxDeletionsPerRun: 50 } } },
  async fault(scene) {
    await nights(scene, 4);
    for (const name of [
      'holiday.zip',
      '2020-01-01_backup.zip',
      '2020-02-30_backup.zip',
      '2020-01-01_backup.zip.part',
      'notes.txt',
    ]) {
      scene.emulator.tree.put(`/BACKUPS/${name}`, name);
    }
    scene.emulator.tree.put('/BACKUPS/2020-01-02_backup.zip/inside.txt', 'a folder');
    scene.emulator.tree.put('/BACKUPS/.case-backup/incoming/somebody.else', 'foreign');
  },
  check({ emulator }, report) {
    assert.ok((report.retention?.deleted ?? 0) > 0, 'retention had something to do');
    for (const name of [
      'holiday.zip',
      '2020-01-01_backup.zip',
      '2020-02-30_backup.zip',
      '2020-01-01_backup.zip.part',
      'notes.txt',
      '2020-01-02_backup.zip/inside.txt',
      '.case-backup/incoming/somebody.else',
    ]) {
      assert.ok(emulator.tree.exists(`/BACKUPS/${name}`), name);
    }
  },
  heal: ({ emulator }) => emulator.tree.remove('/BACKUPS/.case-backup/incoming/somebody.else'),
});

scenario('a deletion whose answer is lost counts as done', {
  row: 54,
  exit: 'succeeded',
  prunes: true,
  night,
  async fault(scene) {
    await nights(scene, 5);
    scene.emulator.faults.add({ route: 'files/delete_v2', when: 'after', effect: { kind: 'reset', at: 'headers' } });
  },
  check(scene, report) {
    assert.equal(report.retention?.deleted, 2);
    assert.equal(zips(scene).length, 5);
  },
});

scenario('a backup that somebody replaces while it is to be deleted stays, and the deleting stops', {
  row: 54,
  exit: 'succeeded',
  prunes: true,
  night,
  async fault(scene) {
    await nights(scene, 5);
    const [, second] = zips(scene);
    let done = false;
    return scene.emulator.faults.onRequest(({ route, paths }) => {
      if (done || route !== 'files/delete_v2' || !paths.some((path) => path.endsWith(second ?? ''))) return;
      done = true;
      scene.emulator.tree.put(`/BACKUPS/${second}`, 'replaced');
    });
  },
  async check(scene, report) {
    assert.match(report.retention?.heldBecause ?? '', /changed by somebody else/);
    assert.equal((await scene.destination().stat(zips(scene)[0] ?? '', never))?.kind, 'file');
    assert.equal(report.retention?.deleted, 1);
  },
});

scenario('a dry run of retention says what it would delete and deletes nothing', {
  row: 55,
  exit: 'succeeded',
  night: { spec: { retention: { ...RULES.retention, mode: 'DryRun' } } },
  fault: (scene) => nights(scene, 6),
  check(scene, report) {
    assert.equal(report.retention?.wouldDelete, 2);
    assert.equal(zips(scene).length, 8);
  },
});

scenario('a run that was frozen past its lease while it deletes deletes nothing more once it wakes', {
  row: 44,
  exit: 'succeeded',
  prunes: true,
  night,
  async fault(scene) {
    await nights(scene, 6);
    let other: Promise<RunReport> | undefined;
    return scene.emulator.faults.onRequest(async ({ route, paths }) => {
      if (other || route !== 'files/delete_v2' || !paths.some((path) => path.endsWith('_backup.zip'))) return;
      scene.clock.advance(600_000);
      other = scene.night(night);
      assert.equal((await other).result, 'Succeeded');
    });
  },
  async check(scene, report) {
    assert.match(report.warnings.join(), /AftermathFailed.*another run has taken the lease/);
    assert.equal(report.retention, undefined);
    const { backups } = await scene.inventory();
    assert.ok(backups.every(({ status }) => status === 'verified'));
    assert.equal(backups.length, 7, 'nine stood, of which the other run deleted two');
  },
});
