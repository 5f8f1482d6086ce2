import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { alertsOf, ruleAlone, ruleGroups } from './alert-rules.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Files of test/chart/alerts/, from the root. */
export const ruleTestFiles = (): string[] => globSync('test/chart/alerts/**/*.yaml', { cwd: ROOT }).sort();

/**
 * Writes rules.yaml, which is what the chart renders, and each test in a folder of its own beside the rules that it needs.
 * Returns the tests' files, from `folder`, for `promtool test rules`.
 */
export function writeRuleTests(folder: string): string[] {
  const groups = ruleGroups();
  writeFileSync(join(folder, 'rules.yaml'), stringify({ groups }));
  return ruleTestFiles().map((file) => {
    const name = basename(file, '.yaml');
    const alone = alertsOf(groups).find(({ alert }) => alert === name);
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'test.yaml'), readFileSync(join(ROOT, file)));
    const rules = alone ? ruleAlone(groups, alone) : groups;
    writeFileSync(join(folder, name, 'rules.yaml'), stringify({ groups: rules }));
    return join(name, 'test.yaml');
  });
}
