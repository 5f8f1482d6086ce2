import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { podOverlaySchema } from '../../../src/api/pod/overlay.ts';
import { parseJobPod, readJobPod } from '../../../src/controller/job-pod-file.ts';
import { WHOLE_OVERLAY } from '../../api/whole-overlay.ts';

describe('The file of --job-pod', () => {
  let folder: string;
  const file = (text: string): string => {
    const path = join(folder, 'job-pod.yaml');
    writeFileSync(path, text);
    return path;
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'case-backup-job-pod-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is read as it stands, and one that is empty or not given adds nothing', () => {
    assert.deepEqual(readJobPod(file(JSON.stringify(WHOLE_OVERLAY)), []), WHOLE_OVERLAY);
    for (const text of ['', '# nothing yet\n', '{}']) assert.deepEqual(readJobPod(file(text), []), {});
    assert.deepEqual(readJobPod(undefined, []), {});
  });

  it('and --job-image-pull-secret name Secrets for the registry, each once', () => {
    const imagePullSecrets = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
    assert.deepEqual(readJobPod(file('imagePullSecrets: [{ name: a }, { name: b }]'), ['b', 'c']), {
      imagePullSecrets,
    });
    assert.deepEqual(readJobPod(undefined, ['a']), { imagePullSecrets: [{ name: 'a' }] });
  });

  it('names the key ca.crt where it says no other', () => {
    assert.deepEqual(parseJobPod('caBundle: { configMap: office-ca }', 'x').caBundle, {
      configMap: 'office-ca',
      key: 'ca.crt',
    });
  });

  it('is refused with all its faults in one sentence', () => {
    assert.throws(() => parseJobPod('env: { PATH: /x, A: 1 }\nvolumes: []', 'job-pod.yaml'), {
      code: 'JobPodInvalid',
      exit: 'configuration',
      message: 'job-pod.yaml: env.A: must be text, not 1; volumes: is not a field of the job pod file',
      hint: 'docs/kubernetes.md shows the file; numbers and true or false in env, labels and annotations need quotes',
    });
    assert.throws(() => parseJobPod('- a', 'job-pod.yaml'), {
      message: 'job-pod.yaml: must be a group of fields, not a list',
    });
  });

  it('is refused when it is not there or no YAML', () => {
    assert.throws(() => readJobPod(join(folder, 'none.yaml'), []), {
      code: 'JobPodUnreadable',
      exit: 'configuration',
      message: `the file ${folder}/none.yaml does not exist`,
    });
    assert.throws(() => parseJobPod('env: {', 'job-pod.yaml'), {
      code: 'JobPodUnreadable',
      message: /^job-pod\.yaml: .+ at line 1, column \d+$/,
    });
  });

  it('is shown in the documentation with every field that there is', () => {
    const page = readFileSync(new URL('../../../docs/kubernetes.md', import.meta.url), 'utf8');
    const [, shown = ''] = /```yaml\n(env:[^`]+)```/.exec(page) ?? [];
    const fields = Object.keys(parseJobPod(shown, 'docs/kubernetes.md'));
    assert.deepEqual(fields.sort(), Object.keys(podOverlaySchema.shape).sort());
  });
});
