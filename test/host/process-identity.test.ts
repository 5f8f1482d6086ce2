import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { isProcessAlive, isProcessGone, processIdentity } from '../../src/host/process-identity.ts';

const MODULE = new URL('../../src/host/process-identity.ts', import.meta.url).href;

/** A process that prints its identity and lives until it is killed. */
const PRINT = `console.log((await import(${JSON.stringify(MODULE)})).processIdentity()); setInterval(() => {}, 1e6);`;

describe('The identity of a process', () => {
  it('is the same whenever it is asked, and not gone while it lives', () => {
    assert.equal(processIdentity(), processIdentity());
    assert.equal(isProcessGone(processIdentity()), false);
    assert.equal(isProcessAlive(processIdentity()), true);
  });

  it('is that of a living process until it was killed, also for others', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', PRINT], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = (await once(child.stdout, 'data')) as [Buffer];
    const identity = output.toString().trim();
    assert.equal(isProcessGone(identity), false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(isProcessGone(identity), true);
    assert.equal(isProcessAlive(identity), false);
  });

  it('is gone when another process has its pid by now', () => {
    assert.equal(isProcessGone(processIdentity().replace(/\d+$/, '1')), true);
  });

  it('is never certainly gone on another host, nor when it is not understood', () => {
    const [, pid, start] = processIdentity().split('.');
    assert.equal(isProcessGone(`0123456789abcdef.${pid}.1`), false);
    assert.equal(isProcessGone(`0123456789abcdef.${pid}.${start}`), false);
    assert.equal(isProcessAlive(`0123456789abcdef.${pid}.${start}`), false);
    assert.equal(isProcessGone(''), false);
    assert.equal(isProcessGone('somebody else'), false);
  });
});
