import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { crdCheckBinary, type OtherRelease } from './build.ts';
import { inTime } from './until.ts';

/** What a release of Kubernetes would say of a CRD that is created in it, a sentence each; none of one that it takes. */
export async function faultsOfCrd(release: OtherRelease, crd: object): Promise<string[]> {
  const child = spawn(await crdCheckBinary(release), { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(crd));
  try {
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const said = await inTime(`what Kubernetes ${release} says of the CRD`, text(child.stdout), 60_000);
    const code = await ended;
    if (code !== 0) throw new Error(`crd-check of Kubernetes ${release} ended with ${code}`);
    return said.split('\n').filter((line) => line !== '');
  } finally {
    child.kill('SIGKILL');
  }
}
