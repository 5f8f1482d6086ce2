import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { installedGo } from './go-tool.ts';
import { moduleOf, type ToolName, tool } from './tools.ts';

/** The least that each does without anything to work on. */
const ASKED: Readonly<Record<ToolName, readonly string[]>> = {
  helm4: ['version'],
  helm3: ['version'],
  'helm-docs': ['--help'],
  kubeconform: ['-v'],
  promtool: ['--version'],
  pint: ['version'],
  actionlint: ['-version'],
  'prometheus-operator': ['--version'],
  'prometheus-config-reloader': ['--version'],
  prometheus: ['--version'],
  'kube-state-metrics': ['version'],
};

/** Not every program can tell its version, but Go knows what it was linked of. */
export async function startsAsItsVersion(name: ToolName): Promise<void> {
  const path = await tool(name);
  const { stdout } = await promisify(execFile)(path, ASKED[name], { timeout: 60_000 });
  const { module, version } = moduleOf(name);
  if (name.startsWith('helm') && ASKED[name].includes('version')) assert.ok(stdout.includes(version), stdout);
  const go = installedGo(`${import.meta.dirname}/${name}`, 'it reads what a program was made of');
  const { stdout: madeOf } = await promisify(execFile)(go.path, ['version', '-m', path], { timeout: 60_000 });
  assert.ok(madeOf.includes(`\t${module}\t${version}\t`), `${module} ${version} is not in ${madeOf}`);
}
