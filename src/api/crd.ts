import { type CelRule, VALIDATIONS } from './cel-rules.ts';
import { GROUP, KIND, NAME_LIMIT, NAME_TOO_LONG, policySpecSchema, VERSION } from './policy.ts';
import { statusSchema } from './status.ts';
import { type StructuralSchema, structuralSchema } from './structural-schema.ts';

/** A column of `kubectl get`; those with priority 1 show with `-o wide`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly format?: 'date-time';
  readonly description: string;
  readonly jsonPath: string;
  readonly priority?: 1;
}

export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced';
    readonly names: Readonly<Record<'kind' | 'listKind' | 'plural' | 'singular', string>> & {
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
    readonly versions: readonly {
      readonly name: string;
      readonly served: true;
      readonly storage: true;
      readonly subresources: { readonly status: object };
      readonly additionalPrinterColumns: readonly PrinterColumn[];
      readonly schema: { readonly openAPIV3Schema: StructuralSchema };
    }[];
  };
}

const PLURAL = 'casebackuppolicies';

const conditionStatus = (type: string): string => `.status.conditions[?(@.type=="${type}")].status`;

/** A date column shows an age, and `<invalid>` for a time to come; hence Next is a string. */
const COLUMNS: readonly PrinterColumn[] = [
  { name: 'Schedule', type: 'string', jsonPath: '.spec.schedule', description: 'When it runs.' },
  {
    name: 'Ready',
    type: 'string',
    jsonPath: conditionStatus('Ready'),
    description: 'Whether the policy is accepted and its CronJob stands; says nothing of the data.',
  },
  {
    name: 'Fresh',
    type: 'string',
    jsonPath: conditionStatus('Fresh'),
    description: 'Whether the newest verified backup is young enough.',
  },
  {
    name: 'Last-Success',
    type: 'date',
    jsonPath: '.status.lastSuccessTime',
    description: 'Since when the newest verified backup exists.',
  },
  {
    name: 'Last-Result',
    type: 'string',
    jsonPath: '.status.lastRun.result',
    description: 'How the last run ended.',
  },
  { name: 'Suspended', type: 'boolean', jsonPath: '.spec.suspend', description: 'Whether scheduled runs are off.' },
  {
    name: 'Next',
    type: 'string',
    format: 'date-time',
    priority: 1,
    jsonPath: '.status.nextScheduleTime',
    description: 'When the next run starts.',
  },
  {
    name: 'Backups',
    type: 'integer',
    priority: 1,
    jsonPath: '.status.retention.backups',
    description: 'Backups stored.',
  },
  {
    name: 'Verified',
    type: 'date',
    priority: 1,
    jsonPath: '.status.lastVerification.completionTime',
    description: 'Since when the last check of a stored backup is done.',
  },
  {
    name: 'Failures',
    type: 'integer',
    priority: 1,
    jsonPath: '.status.consecutiveFailures',
    description: 'Runs without a complete backup since the last that made one.',
  },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Since when the policy exists.' },
];

/** The server itself holds names to letters, digits, - and . */
const NAME_RULES: readonly CelRule[] = [
  {
    rule: `size(self.metadata.name) <= ${NAME_LIMIT}`,
    message: NAME_TOO_LONG,
    fieldPath: '.metadata.name',
  },
];

/** The CustomResourceDefinition of CaseBackupPolicy, from the schemas of its spec and status. */
export function policyCrd(): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${PLURAL}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind: KIND,
        listKind: `${KIND}List`,
        plural: PLURAL,
        singular: KIND.toLowerCase(),
        shortNames: ['cbp'],
        categories: ['all', 'casebackup'],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: COLUMNS,
          schema: { openAPIV3Schema: rootSchema() },
        },
      ],
    },
  };
}

function rootSchema(): StructuralSchema {
  return {
    description:
      'A nightly, verified ZIP backup of a tree of cases: what is backed up, where to, when, and for how long.',
    type: 'object',
    required: ['spec'],
    [VALIDATIONS]: NAME_RULES,
    properties: {
      apiVersion: { type: 'string', description: `Version of the API: ${GROUP}/${VERSION}.` },
      kind: { type: 'string', description: `Kind of the object: ${KIND}.` },
      metadata: { type: 'object', properties: { name: { type: 'string' } } },
      spec: structuralSchema(policySpecSchema, 'spec'),
      status: structuralSchema(
        statusSchema.describe('What is, as the controller last saw it. Only the controller writes it.'),
        'status',
      ),
    },
  };
}
