import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dropboxEnv } from '../cli/policy-file.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { type ProcessKubelet, startProcessKubelet } from '../cluster/process-kubelet.ts';
import { readmeCommands } from '../docs/readme-commands.ts';
import { type Emulator, startEmulator } from '../dropbox/emulator.ts';
import { tool } from '../tools/tools.ts';
import { killControllers, startController } from './controller-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const NAMESPACE = 'case-backup';

describe("The README's quick start", () => {
  let plane: ControlPlane;
  let emulator: Emulator;
  let kubelet: ProcessKubelet;
  let helm: string;
  let work: string;

  before(async () => {
    work = mkdtempSync(join(tmpdir(), 'case-backup-quick-start-'));
    helm = await tool('helm4');
    emulator = await startEmulator();
    emulator.tree.put('/CASES/USA001_John_Smith/letter.txt', 'Dear Mr. Smith');
    plane = await startControlPlane();
    kubelet = await startProcessKubelet(plane, NAMESPACE, ({ pod, env }) => {
      const args = (pod.spec.containers[0]?.args ?? []).map((word) => (word === '8080' ? '127.0.0.1:0' : word));
      const settings = {
        CASE_BACKUP_DROPBOX_ORIGIN: emulator.origin,
        CASE_BACKUP_WORK_DIR: work,
        PATH: process.env['PATH'] ?? '',
      };
      // The Deployment's pod is played below, with the rights of its service account.
      if (pod.metadata.labels?.['app.kubernetes.io/component'] === 'controller')
        return { argv: ['sleep', '600'], env: {} };
      return { argv: [process.execPath, 'cmd/backup-job/main.ts', ...args], env: { ...env, ...settings } };
    });
  });
  after(async () => {
    killControllers();
    await kubelet?.stop();
    await plane?.stop();
    await emulator?.close();
    rmSync(work, { recursive: true, force: true });
  });

  it('goes from an empty cluster to a fresh backup as it is written', { timeout: 180_000 }, async () => {
    // What needs an image builder is played by processes.
    const lines = readmeCommands().filter((line) => !line.startsWith('docker '));
    assert.ok(lines.length >= 8, lines.join('\n'));
    let last = '';
    const variables: string[] = [];
    for (const line of lines) {
      if (/^[A-Z_]+=/.test(line)) {
        variables.push(line);
        continue;
      }
      last = await shell([...variables, line].join('; '));
      if (line.startsWith('helm install')) {
        const kubeconfig = await plane.serviceAccount(NAMESPACE, 'case-backup-controller');
        await startController({ kubeconfig, namespace: NAMESPACE });
      }
    }
    assert.match(last, /NAME +SCHEDULE +READY +FRESH/);
    assert.match(last, /nightly +0 3 \* \* \* +True +True .* Succeeded/);
  });

  /** Not spawnSync: the kubelet that the command waits for lives in this process. */
  async function shell(line: string): Promise<string> {
    const script = `kubectl() { "$KUBECTL_BINARY" kubectl "$@"; }; helm() { "$HELM_BINARY" "$@"; }; ${line}`;
    const programs = { KUBECTL_BINARY: plane.binary, HELM_BINARY: helm, HOME: work };
    const env = { ...process.env, ...dropboxEnv(emulator), ...programs, KUBECONFIG: plane.admin() };
    const { stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: ROOT,
      env,
      timeout: 120_000,
    });
    assert.doesNotMatch(stderr, /would violate PodSecurity/, line);
    return stdout;
  }
});
