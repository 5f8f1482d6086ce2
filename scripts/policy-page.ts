import { GROUP, KIND, NAME_TOO_LONG, policySpecSchema, VERSION } from '../src/api/policy.ts';
import { statusSchema } from '../src/api/status.ts';
import { type StructuralSchema, structuralSchema } from '../src/api/structural-schema.ts';
import { type Field, fieldsBelow, specTable, statusTable } from './field-table.ts';

/** docs/policy.md, from the schemas in src/api: what a policy's author may write and what the controller answers. */
export function policyPage(): string {
  const spec = structuralSchema(policySpecSchema, 'spec');
  const sections = Object.entries(spec.properties ?? {});
  const plain = [...fieldsBelow('spec', spec)].filter(({ path, field }) => isTop(path) && !field.properties);
  const grouped = sections.filter(([, field]) => field.properties);
  return `<!-- Made by \`npm run generate\` from src/api/policy.ts and src/api/status.ts. -->
# The policy

A \`${KIND}\` (\`${GROUP}/${VERSION}\`) says what is backed up, where to, when, and for how long. By
hand it is the file after \`-f\`; in Kubernetes it is the very same object, and \`kubectl explain cbp.spec\` shows these
pages. \`spec.source\` and \`spec.destination\` must be given, everything else has a default; \`backup-job config -f policy.yaml\`
shows a policy with its defaults filled in. A field that is not in these tables is refused, so a typing error never goes
unnoticed. "Required" holds where the field above it is given. Examples: [examples/](../examples/).

\`metadata.name\` ${NAME_TOO_LONG}.

## spec
${specTable(plain)}${grouped.map(([name, field]) => section(`spec.${name}`, field)).join('')}
## Rules about more than one field
The Kubernetes API refuses a policy that breaks one of them, and so does the job. The stores and folders of a policy can't
be changed in Kubernetes, since its backups, and what they are compared with, belong to them: make a new policy.

${rulesOf(spec)
  .map(([path, message]) => `- \`${path}\` ${message}.`)
  .join('\n')}

Two more things are judged by the controller, which says them in the condition \`Ready\`: whether each field of the schedule
can be read, and whether a directory has a claim.
${statusSection()}`;
}

const isTop = (path: string): boolean => path.split('.').length === 2;

const section = (path: string, field: StructuralSchema): string => `
## ${path}
${field.description}

${specTable(fieldsBelow(path, field))}`;

/** Rules of the groups of fields, each once, by the field that is wrong. */
function rulesOf(spec: StructuralSchema): [path: string, message: string][] {
  const groups: Pick<Field, 'path' | 'field'>[] = [{ path: 'spec', field: spec }, ...fieldsBelow('spec', spec)];
  return groups
    .filter(({ field }) => field.type === 'object')
    .flatMap(({ path, field }) =>
      (field['x-kubernetes-validations'] ?? [])
        .filter(({ rule }) => !rule.includes('oldSelf'))
        .map(({ fieldPath = '', message }): [string, string] => [path + fieldPath, message]),
    );
}

/** These hold the same kind of run; its fields are shown once. */
const RUN = 'lastRun';
const SAME_RUN = ['lastSuccess', 'history'];

function statusSection(): string {
  const status = structuralSchema(statusSchema, 'status');
  const isShown = ({ path }: Field): boolean =>
    !SAME_RUN.some((name) => path.startsWith(`status.${name}.`) || path.startsWith(`status.${name}[]`));
  return `
## status
Only the controller writes it. \`kubectl get cbp -o wide\` shows the most important of it; \`status.lastSuccess\` and the
entries of \`status.history\` have the first fields of \`status.${RUN}\`, up to \`backupPath\`.

${statusTable([...fieldsBelow('status', status)].filter(isShown))}`;
}
