import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runJob } from './backup-job.ts';
import { openOffice } from './office.ts';
import { directorySpec } from './policy-file.ts';
import { assertRefused } from './refusal.ts';

const office = openOffice();
after(() => office[Symbol.dispose]());
const { env, folder, source, destination } = office;
const OPTIONS = { timeout: 60_000 };

const ONE_SENTENCE = /^backup-job failed \([A-Z]\w+\): [^\n]+\n {2}→ [^\n]+\n$/;
const flat = (text: string): string => text.replace(/\s+/g, ' ');

test("Every command's help names -f and --json, and where else the policy may come from", OPTIONS, async () => {
  for (const args of [['run'], ['verify'], ['list'], ['prune'], ['config'], []]) {
    const { code, stdout } = await runJob([...args, '--help'], { env });
    assert.equal(code, 0);
    assert.match(stdout, /^ +-f, --file <policy> /m);
    assert.match(stdout, /^ +--json /m);
    assert.match(flat(stdout), /or else the policy itself, as JSON or YAML, in \$CASE_BACKUP_POLICY/);
  }
});

const MISUSES: readonly [args: readonly string[], says: RegExp][] = [
  [['nope'], /: unknown command 'nope'/],
  [['lst'], /: unknown command 'lst' \(Did you mean list\?\)/],
  [['help', 'nope'], /: unknown command 'nope'/],
  [['run', '--fast'], /: unknown option '--fast'/],
  [['verify', '--level', 'Half'], /: option '--level .*Standard, Full/],
  [['verify', 'a', 'b'], /: too many arguments for 'verify'/],
  [[], /: no command is given, such as run, verify, list, prune or config/],
];

for (const [args, says] of MISUSES)
  test(`\`backup-job ${args.join(' ')}\` is refused in one sentence, with --json as JSON`, OPTIONS, async () => {
    const { code, stdout, stderr } = await runJob(args, { env });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, ONE_SENTENCE);
    assert.match(stderr, says);
    const json = await runJob(args[0] === 'nope' ? ['--json', ...args] : [...args, '--json'], { env });
    assert.deepEqual([json.code, json.stderr], [2, '']);
    assert.equal(JSON.parse(json.stdout).error.code, 'CommandLineInvalid');
  });

mkdirSync(join(folder, 'sub'));
const twice = (text: string): string => office.write(`twice-${text.length}.yaml`, text);

const POLICY_FILES: readonly [what: string, file: string, says: RegExp][] = [
  ['no text', '', /: -f names no file\n.*variable/],
  ['a space', ' ', /: -f names no file\n.*variable/],
  ['the folder one is in', '.', /: the policy file \. is a folder\n.*name the file in it/],
  ['a folder', join(folder, 'sub'), /: the policy file \S+\/sub is a folder\n.*name the file in it/],
  ['a file below a file', join(office.policy, 'x'), /: the policy file \S+ does not exist\n.*is no folder/],
  ['a dash', '-', /: the policy file - does not exist\n.*-f \/dev\/stdin/],
  ['a key twice', twice('kind: a\nspec: 1\nkind: b\n'), /: the key kind stands twice in one group, again at line 3/],
  ['a quoted key twice', twice('"a b": 1\nspec: {x: 1, "a c": 2, "a c": 3}'), /: the key a c stands twice .* line 2/],
  ['a key twice, further in', twice('spec:\n  x: 1\n  y: 1\n  x: 2'), /: the key x stands twice in one group.* line 4/],
];

for (const [what, file, says] of POLICY_FILES)
  test(`-f with ${what} is refused in a sentence that says what to do`, OPTIONS, async () => {
    const { code, stderr } = await runJob(['list', '-f', file], { env });
    assert.equal(code, 2);
    assert.match(stderr, ONE_SENTENCE);
    assert.match(stderr, says);
  });

test('A path in CASE_BACKUP_POLICY is told as that', OPTIONS, async () => {
  for (const text of [office.policy, 'policy.yaml']) {
    const { code, stderr } = await runJob(['list'], { env: { ...env, CASE_BACKUP_POLICY: text } });
    assert.equal(code, 2);
    assert.match(stderr, /PolicyMissing\): CASE_BACKUP_POLICY holds plain text and no policy\n.*policy itself.*-f/);
  }
});

test('A field that is nearly one of a policy is told with the one it may mean', OPTIONS, async () => {
  const policy = office.write('near.yaml', directorySpec(source, destination, { retention: { keepDay: 5 } }));
  const says = /spec\.retention\.keepDay: is not a field of a policy; did you mean keepDays\?/;
  await assertRefused(['config', '-f', policy], { env }, { code: 2, says });
});
