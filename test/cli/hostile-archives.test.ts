import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { file, type Making, madeBackup } from '../repository/made-backup.ts';
import { temporaryFolder } from '../zip/fixture.ts';
import { type Ended, runJob } from './backup-job.ts';
import { directorySpec, policyFile } from './policy-file.ts';

const TELL_PEAK = fileURLToPath(new URL('peak-memory.ts', import.meta.url));
const MIB = 1024 * 1024;

/** `backup-job verify` of a stored archive that somebody has made in order to hurt. */
async function verifying(t: TestContext, name: string, making: Making): Promise<Ended & { peakMib: number }> {
  const folder = await temporaryFolder(t);
  const destination = join(folder, 'backups');
  mkdirSync(destination);
  const { bytes } = await madeBackup(t, [file(`CASES/a/${name}`, 'x')], making);
  writeFileSync(join(destination, '2026-11-23_backup.zip'), bytes.read(0, bytes.length));
  const peakFile = join(folder, 'peak');
  const ended = await runJob(['verify', '-f', policyFile(folder, directorySpec(join(folder, 'cases'), destination))], {
    nodeArgs: ['--import', TELL_PEAK],
    env: { PEAK_FILE: peakFile },
  });
  return { ...ended, peakMib: Math.round(Number(readFileSync(peakFile, 'utf8')) / 1024) };
}

const nested = (depth: number): unknown => {
  let value: unknown = [];
  for (let i = 0; i < depth; i++) value = [value];
  return value;
};

/** A file's name may have 255 bytes on a disk; in a ZIP, one component may have all the 65,535. */
const LONG_NAME = 'n'.repeat(65_000);

const HOSTILE: Readonly<Record<string, [said: RegExp, making: Making, name?: string]>> = {
  'a manifest of 700,000 empty objects': [
    /gaps\.0\.offset/,
    { change: (manifest) => Object.assign(manifest, { gaps: Array.from({ length: 700_000 }, () => ({})) }) },
  ],
  'a manifest of three million words': [
    /has more than 1500000 values/,
    { change: (manifest) => Object.assign(manifest, { cases_included: Array.from({ length: 3_000_000 }, () => '') }) },
  ],
  'a manifest of 100,000 fields': [
    /an object of more than 1000 fields/,
    {
      change: (manifest) => {
        for (let i = 0; i < 100_000; i++) Object.assign(manifest, { [`k${i}`]: 0 });
      },
    },
  ],
  'a manifest 1,000 deep': [
    /nested more than 32 deep/,
    { change: (manifest) => Object.assign(manifest, { x: nested(1000) }) },
  ],
  'a manifest of 100 MB': [
    /has 10\d{7} bytes, this program reads up to/,
    { change: (manifest) => Object.assign(manifest, { policy: ' '.repeat(100 * MIB) }) },
  ],
  'a list whose line has 60 MB': [
    /a line of more than 1048576 characters/,
    { list: Buffer.from(`{"path":"${'x'.repeat(60 * MIB)}","skipped":"unreadable"}\n`) },
  ],
  'a list whose line has no end': [/a line of more than 1048576 characters/, { list: Buffer.alloc(60 * MIB, ' ') }],
  'a name of 65,000 bytes': [/CASES\/a\/n{100,200}…/, { list: Buffer.from('') }, LONG_NAME],
};

for (const [what, [said, making, name = 'b.txt']] of Object.entries(HOSTILE)) {
  test(`${what} ends verify with one short sentence and within 256 MiB`, async (t) => {
    const { code, stderr, stdout, peakMib } = await verifying(t, name, making);
    assert.equal(code, 4, stderr.slice(0, 2000));
    assert.match(stderr, said);
    assert.ok((stderr + stdout).length < 1500, `${stderr.length} characters`);
    assert.ok(peakMib > 0 && peakMib <= 256, `${peakMib} MiB`);
  });
}
