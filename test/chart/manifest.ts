import { parseAllDocuments, type Tags } from 'yaml';

/** An object as it is rendered; `at` reads what lies below its fields. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/**
 * Reads a manifest as Kubernetes does, by YAML 1.1, where an unquoted `yes` is true and `0644` is 420; its times and
 * numbers to the base of 60 are the part that Kubernetes' parser leaves out. A key that stands twice is an error.
 */
export function readManifest(text: string): Rendered[] {
  const documents = parseAllDocuments(text, { version: '1.1', customTags: withoutTimes });
  if ('empty' in documents) return [];
  return documents.flatMap((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) throw fault;
    const object = document.toJS() as Rendered | null;
    return object === null ? [] : [object];
  });
}

const withoutTimes = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || !(tag.tag.endsWith(':timestamp') || isTime(tag)));

const isTime = (tag: object): boolean => 'format' in tag && tag.format === 'TIME';

/** The one object of this kind (and name); an error names what there is instead. */
export function one(objects: readonly Rendered[], kind: string, name?: string): Rendered {
  const found = objects.filter(
    (object) => object.kind === kind && (name ?? object.metadata.name) === object.metadata.name,
  );
  const [object] = found;
  if (object !== undefined && found.length === 1) return object;
  const all = objects.map((object) => `${object.kind}/${object.metadata.name}`).join(', ');
  throw new Error(`${found.length} objects ${kind}${name === undefined ? '' : `/${name}`} among ${all || 'nothing'}`);
}

/** What lies at a path like `spec.template.spec.containers.0.image`; undefined where there is nothing. */
export function at(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      object,
    );
}
