import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly with?: object }[];
}

interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = new URL('../../.github/workflows/', import.meta.url);
const workflows = globSync('*.yaml', { cwd: folder }).map((name) => ({
  name,
  workflow: parse(readFileSync(new URL(name, folder), 'utf8')) as Workflow,
}));

/** A commit, or a version to its last figure; @v5 and @main are whatever somebody makes of them. */
const EXACT = /^[\w.-]+\/[\w./-]+@([0-9a-f]{40}|v\d+\.\d+\.\d+)$/;

/** Who may sign in our name. */
const SIGNERS = ['release.yaml: image', 'release.yaml: chart'];

const jobs = workflows.flatMap(({ name, workflow }) =>
  Object.entries(workflow.jobs).map(([id, job]) => ({ where: `${name}: ${id}`, job })),
);

describe('The workflows of GitHub', () => {
  it('are there', () => {
    assert.deepEqual(workflows.map(({ name }) => name).sort(), ['ci.yaml', 'release.yaml']);
  });

  it('have no rights but those that a job names', () => {
    for (const { name, workflow } of workflows) assert.deepEqual(workflow.permissions, {}, name);
    for (const { where, job } of jobs) assert.ok(Object.keys(job.permissions ?? {}).length > 0, where);
  });

  it('may sign, or write to the repository, in as few jobs as can be', () => {
    const those = (right: string): string[] =>
      jobs.filter(({ job }) => job.permissions?.[right] === 'write').map(({ where }) => where);
    assert.deepEqual(those('id-token'), SIGNERS);
    assert.deepEqual(those('attestations'), SIGNERS);
    assert.deepEqual(those('contents'), ['release.yaml: publish']);
  });

  it('use actions of exactly one version', () => {
    const used = jobs.flatMap(({ job }) => job.steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses])));
    assert.ok(used.length > 5);
    assert.deepEqual(
      used.filter((action) => !EXACT.test(action)),
      [],
    );
  });

  it('leave no credentials of the checkout to what runs after it', () => {
    for (const { where, job } of jobs)
      for (const { uses = '', with: inputs } of job.steps)
        if (uses.startsWith('actions/checkout@')) assert.deepEqual(inputs, { 'persist-credentials': false }, where);
  });

  it('end by themselves', () => {
    for (const { where, job } of jobs) assert.ok((job['timeout-minutes'] ?? Infinity) <= 120, where);
  });

  it('put nothing of the outside into the text of a script', () => {
    for (const { where, job } of jobs)
      for (const { run = '' } of job.steps) assert.doesNotMatch(run, /\$\{\{/, `${where}: use env`);
  });
});
