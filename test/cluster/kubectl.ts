import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

export interface KubectlOptions {
  readonly kubeconfig: string;
  /** Fed to stdin, for `apply -f -`. */
  readonly input?: string;
  readonly within?: number;
}

/** Runs the real kubectl (`binary kubectl …args`); ends it after `within` milliseconds, 60,000 unless told. */
export async function runKubectl(binary: string, args: readonly string[], options: KubectlOptions): Promise<Said> {
  const child = spawn(binary, ['kubectl', ...args], {
    env: { ...process.env, KUBECONFIG: options.kubeconfig },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.within ?? 60_000,
    killSignal: 'SIGKILL',
  });
  const ended = Promise.withResolvers<number>();
  child.once('error', ended.reject);
  child.once('close', (code, signal) => {
    if (code === null) ended.reject(new Error(`kubectl ${args.join(' ')} was ended by ${signal}`));
    else ended.resolve(code);
  });
  // kubectl may end before it has read all of it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended.promise]);
  return { stdout, stderr, code };
}
