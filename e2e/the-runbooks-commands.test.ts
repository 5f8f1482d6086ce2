import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { after, describe, it } from 'node:test';
import { type PageCommand, runbookCommands } from '../test/docs/runbook-commands.ts';
import { openShell, type Shell } from '../test/docs/shell.ts';
import { runByHand } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';
import { openStage, type Stage } from './stage/stage.ts';

const POLICY = 'nightly';
const JOB = 'by-hand';

/** What the pages leave to their reader, and what a page says to do only once. */
async function placeholders(stage: Stage): Promise<(line: string) => string> {
  const { namespace } = stage.policies;
  const { lastSuccess } = await stage.policies.status(POLICY);
  const backup = basename(lastSuccess?.backupPath ?? '');
  const pods = await stage.kubectl(['get', 'pods', '-n', namespace, '-l', `job-name=${JOB}`, '-o', 'name']);
  let runs = 0;
  return (line) =>
    line
      .replace('NS=cases', `NS=${namespace}`)
      .replace(/-n cases\b/, `-n ${namespace}`)
      .replace(/\bNAME\b/, backup)
      .replace(/\bjob\/JOB\b/, `job/${JOB}`)
      .replace(/\bPOD\b/, basename(pods.trim()))
      .replace(/\bpolicy\.yaml\b/, '"$POLICIES/policy.yaml"')
      .replace(/(?<=create job )\S+/, () => `runbook-${++runs}`);
}

/** What ends otherwise where all is well, and in which words. */
const OTHERWISE: readonly [command: RegExp, says: RegExp][] = [
  [/ --previous /, /previous terminated container .* not found/],
  [/^kubectl get (servicemonitor|prometheus) /, /the server doesn't have a resource type/],
];

/** head has read enough, and nobody takes the rest. */
const CUT_OFF = 141;

/** Of what there is none, a selector may be wrong. */
const FAULT = /^error|^No resources found/im;

/** A query, for Prometheus' page. */
const isCommand = ({ line }: PageCommand): boolean => /^(kubectl|backup-job) /.test(line);

const acts = ({ line }: PageCommand): boolean => /^kubectl (create|delete) /.test(line);

async function faultOf(
  shell: Shell,
  variables: string,
  line: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { code, stderr } = await shell.run(`${variables}\n${line}`, env);
  const says = OTHERWISE.find(([command]) => command.test(line))?.[1];
  const isAsSaid =
    says === undefined ? [0, CUT_OFF].includes(code) && !FAULT.test(stderr) : code === 1 && says.test(stderr);
  return isAsSaid ? '' : `${line} ended with ${code}: ${stderr.trim()}`;
}

describe("The runbooks' commands", () => {
  after(async () => {
    const { kubectl, policies } = await openStage();
    await kubectl(['delete', 'cbp', POLICY, '-n', policies.namespace, '--ignore-not-found']);
  });

  it(
    'are there, and end as the pages say, in a cluster in which all is well',
    { timeout: 1_200_000 },
    onStage(async (stage) => {
      using shell = await openShell(stage.cluster.plane);
      await stage.policy(POLICY);
      const end = await runByHand(stage, POLICY, JOB);
      assert.equal(end.result, 'Succeeded', end.message);
      const { namespace } = stage.policies;
      const env = { ...stage.dropbox.secret, CASE_BACKUP_DROPBOX_ORIGIN: stage.dropbox.origin };
      await shell.run(`kubectl get cbp ${POLICY} -n ${namespace} -o yaml > "$POLICIES/policy.yaml"`);
      const fill = await placeholders(stage);

      const commands = runbookCommands();
      assert.equal(commands.filter((command) => !isCommand(command)).length, 1);
      const faults: string[] = [];
      // What makes a run or takes a pod away comes last: other pages look at the one that is there.
      const inOrder = commands.filter(isCommand).sort((one, other) => Number(acts(one)) - Number(acts(other)));
      for (const { page, variables, line } of inOrder) {
        const asked = fill(line);
        const fault = await faultOf(shell, fill(variables), asked, env);
        if (fault !== '') faults.push(`${page}: ${fault}`);
        // Its run is not waited for, and must be gone when the next begins.
        const [, job] = /create job (\S+)/.exec(asked) ?? [];
        if (job !== undefined) await stage.kubectl(['delete', 'job', job, '-n', namespace, '--cascade=foreground']);
      }
      assert.deepEqual(faults, []);
      console.log(`${commands.length} commands of the runbooks`);
    }),
  );
});
