import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { until } from '../test/cluster/until.ts';
import { conditionIn } from '../test/controller/told-of-runs.ts';
import { readmeCommands } from '../test/docs/readme-commands.ts';
import { openShell, type Shell } from '../test/docs/shell.ts';
import { PRODUCT_IMAGE } from './images/images.ts';
import { inAnEmptyCluster } from './stage/empty-cluster.ts';
import { onStage } from './stage/on-stage.ts';
import { proveGood } from './stage/prove-good.ts';
import { type Stage, wayOut } from './stage/stage.ts';

/** What this cluster can't have, and what is done instead; every other command runs as it is written. */
const INSTEAD: readonly [command: RegExp, instead: (line: string) => string][] = [
  // The image is built from the Dockerfile and loaded already, and gets the name that the README gives it.
  [/^docker build /, () => ':'],
  // A proxy with a certificate of its own leads to the Dropbox of the tests, and the node has no user namespaces.
  [/^kubectl create namespace /, (line) => `${line} && kubectl apply -f "$POLICIES/authority.json"`],
  [/^helm install /, (line) => `${line} --values "$POLICIES/values.json"`],
];

const instead = (line: string): string => INSTEAD.find(([command]) => command.test(line))?.[1](line) ?? line;

interface Followed {
  /** Seconds since helm install began. */
  seconds(): number;
  readonly last: string;
}

const tell = (seconds: number, what: string): void =>
  console.log(`${seconds.toFixed(1)} s after helm install began: ${what}`);

/** Every command of README's part about Kubernetes, until one begins with `before`. */
async function follow(stage: Stage, shell: Shell, secret: object, before?: string): Promise<Followed> {
  await stage.cluster.ctr('images', 'tag', '--force', PRODUCT_IMAGE, 'registry.example.com/case-backup:0.1.0');
  const { authority } = stage.dropbox;
  const metadata = { name: 'office-ca', namespace: 'case-backup' };
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': authority } };
  writeFileSync(join(shell.folder, 'authority.json'), JSON.stringify(map));
  const values = { ...wayOut(stage.dropbox), controller: { hostUsers: 'true' } };
  writeFileSync(join(shell.folder, 'values.json'), JSON.stringify(values));

  const variables: string[] = [];
  let start = 0;
  const seconds = (): number => (performance.now() - start) / 1000;
  let last = '';
  for (const line of readmeCommands()) {
    if (before !== undefined && line.startsWith(before)) break;
    if (/^[A-Z_]+=/.test(line)) {
      variables.push(line);
      continue;
    }
    if (line.startsWith('helm install')) start = performance.now();
    const { code, stdout, stderr } = await shell.run([...variables, instead(line)].join('\n'), { ...secret });
    assert.equal(code, 0, `${line}: ${stderr}`);
    assert.doesNotMatch(stderr, /would violate PodSecurity/, line);
    if (/^(helm install|kubectl wait)/.test(line)) tell(seconds(), line);
    last = stdout;
  }
  return { seconds, last };
}

describe("The README's commands", () => {
  it(
    'lead from an empty cluster to a verified backup, as they are written',
    { timeout: 900_000 },
    onStage((stage) =>
      inAnEmptyCluster(stage, async () => {
        using shell = await openShell(stage.cluster.plane);
        const { last } = await follow(stage, shell, stage.dropbox.secret);
        assert.match(last, /NAME +SCHEDULE +READY +FRESH/);
        assert.match(last, /nightly +0 3 \* \* \* +True +True .* Succeeded/);
        const { lastSuccess } = await stage.policies.status('nightly');
        await proveGood(stage.dropbox, lastSuccess?.backupPath ?? '');
      }),
    ),
  );

  it(
    'and with a wrong Secret to a condition that says so',
    { timeout: 900_000 },
    onStage((stage) =>
      inAnEmptyCluster(stage, async () => {
        using shell = await openShell(stage.cluster.plane);
        const wrong = { ...stage.dropbox.secret, DROPBOX_REFRESH_TOKEN: 'of-somebody-else' };
        const { seconds } = await follow(
          stage,
          shell,
          wrong,
          'kubectl wait cbp/nightly -n case-backup --for=condition=Fresh',
        );
        const condition = await until(
          'the condition',
          async () => {
            const valid = conditionIn(await stage.policies.status('nightly'), 'CredentialsValid');
            return valid?.status === 'False' && valid;
          },
          { within: 300_000, everyMs: 200 },
        );
        tell(seconds(), `CredentialsValid=False, ${condition.message}`);
        assert.notEqual(conditionIn(await stage.policies.status('nightly'), 'Fresh')?.status, 'True');
      }),
    ),
  );
});
