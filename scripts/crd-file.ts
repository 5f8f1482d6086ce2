import { stringify } from 'yaml';
import { policyCrd } from '../src/api/crd.ts';

/**
 * The CustomResourceDefinition as YAML, for `kubectl apply` and, in a copy, for the chart, which can't read outside of
 * its folder. Strings that YAML 1.1 would take for something else are quoted, since Kubernetes' own parser is one of it.
 */
export function crdFile(): string {
  const text = stringify(policyCrd(), { compat: 'yaml-1.1', lineWidth: 0, aliasDuplicateObjects: false });
  return `# Made by \`npm run generate\` from src/api/crd.ts and the schemas that it imports; \`npm run check\` fails when it is stale.\n${text}`;
}
