import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { memoryCgroup } from '../../bench/memory-cgroup.ts';

const MIB = 1024 * 1024;
const MEMORY = new URL('../../src/host/memory.ts', import.meta.url).href;
const TELL = `const { memoryLimit } = await import('${MEMORY}'); console.log(String(memoryLimit()));`;

/** What a process says of its limit, run behind `wrap`. */
async function told(wrap: readonly string[]): Promise<string> {
  const [command = '', ...args] = [...wrap, process.execPath, '--input-type=module', '-e', TELL];
  return (await promisify(execFile)(command, args)).stdout.trim();
}

test('a process in a container is told the limit of its memory', async (t) => {
  const group = memoryCgroup(300 * MIB);
  if (!group) return t.skip('no memory cgroup can be made here');
  try {
    assert.equal(await told(group.wrap), String(300 * MIB));
  } finally {
    group.remove();
  }
});

test('a limit of more than the machine has is none', async (t) => {
  const group = memoryCgroup(2 ** 46);
  if (!group) return t.skip('no memory cgroup can be made here');
  try {
    assert.equal(await told(group.wrap), 'undefined');
  } finally {
    group.remove();
  }
});
