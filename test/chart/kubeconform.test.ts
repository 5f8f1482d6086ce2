import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import pLimit from 'p-limit';
import { parse } from 'yaml';
import { KUBERNETES_VERSION } from '../cluster/build.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import { randomSeed } from '../support/random-seed.ts';
import { monitoringCrds } from '../tools/monitoring-crds.ts';
import { writeApiSchemas } from './api-schemas.ts';
import { CHART, runHelm } from './helm.ts';
import { kubeconform } from './kubeconform.ts';
import { readManifest } from './manifest.ts';
import { EVERY_API, renderText } from './render.ts';
import { givenValuesFiles, randomValuesFiles, type ValuesFile } from './values-files.ts';
import { WRONG_OBJECTS } from './wrong-objects.ts';

const RANDOM_FILES = 30;
const CRD = new URL('../../k8s/crds/casebackup.io_casebackuppolicies.yaml', import.meta.url);
const KINDS = ['casebackuppolicy-casebackup.io-v1alpha1', 'servicemonitor-monitoring.coreos.com-v1'];

describe('What the chart renders, by default, with the values of ci/ and with random ones', () => {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-kubeconform-'));
  const limit = pLimit(availableParallelism());
  const forEach = <T>(work: (file: ValuesFile) => Promise<T>): Promise<T[]> =>
    Promise.all(files.map((file) => limit(work, file)));
  let files: readonly ValuesFile[];
  let schemas: string;

  before(async () => {
    const seed = randomSeed();
    console.log(`random values by CASE_BACKUP_TEST_SEED=${seed}`);
    files = [...givenValuesFiles(), ...(await randomValuesFiles(RANDOM_FILES, seed))];
    const crds = [parse(readFileSync(CRD, 'utf8')) as object, ...monitoringCrds()];
    const plane = await startControlPlane({ crds, controllerManager: false });
    try {
      schemas = await writeApiSchemas(plane.api, join(folder, 'schemas'), KINDS);
    } finally {
      await plane.stop();
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  it('has nothing that the API server does not know', async () => {
    const written = await forEach(async ({ name, values }) => {
      const file = join(folder, `${name.replaceAll(' ', '-')}.yaml`);
      const text = await renderText(values, { apiVersions: EVERY_API });
      writeFileSync(file, text);
      return { file, objects: readManifest(text).length };
    });
    const { objects, faults } = await kubeconform(
      schemas,
      written.map(({ file }) => file),
    );
    assert.deepEqual(faults.map(nameFile), [], valuesOf(faults.map(nameFile)));
    const rendered = written.reduce((all, { objects }) => all + objects, 0);
    assert.equal(objects, rendered);
    assert.ok(rendered > files.length, `${rendered} objects of ${files.length} files`);
  });

  it('passes helm lint --strict', async () => {
    const faults = await forEach(async ({ name, values }) => {
      const args = ['lint', '--strict', CHART, '--values', '-', '--kube-version', KUBERNETES_VERSION];
      const { code, stdout, stderr } = await runHelm(args, { input: JSON.stringify(values) });
      return code === 0 ? [] : [`${name}: ${stdout}${stderr}${JSON.stringify(values)}`];
    });
    assert.deepEqual(faults.flat(), []);
  });

  for (const { what, object } of WRONG_OBJECTS)
    it(`would not pass with ${what}`, async () => {
      const file = join(folder, 'wrong.json');
      writeFileSync(file, JSON.stringify(object));
      assert.equal((await kubeconform(schemas, [file])).faults.length, 1);
    });

  const nameFile = (fault: string): string => fault.replace(`${folder}/`, '');
  const valuesOf = (faults: readonly string[]): string =>
    files
      .filter(({ name }) => faults.some((fault) => fault.startsWith(`${name.replaceAll(' ', '-')}.yaml`)))
      .map(({ name, values }) => `${name}: ${JSON.stringify(values)}`)
      .join('\n');
});
