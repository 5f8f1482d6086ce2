import fc from 'fast-check';
import { accepts } from './accepts.ts';
import { DEFAULTS, merged, type Values } from './default-values.ts';
import { EXAMPLES } from './kubernetes-examples.ts';
import { type JsonSchema, resolved, valuesSchema } from './values-schema.ts';

/** What YAML takes for something else when it stands unquoted, besides names as they usually are. */
const TEXTS = [
  'yes',
  'null',
  '~',
  '0644',
  '1e3',
  '12',
  '- x',
  'a: b',
  'a #b',
  '"',
  "it's",
  '*',
  '&a',
  'Ümläut',
  'x'.repeat(200),
];

/** Keys of maps that the schema leaves open. */
const KEYS = ['team', 'example.com/cost-centre', 'on', '1234', 'a.b'];

/** Values files as a user may write them: what values.schema.json allows, and nothing else is known of. */
export function randomValues(): fc.Arbitrary<object> {
  const schema = valuesSchema();
  // Helm judges what the defaults become by them.
  return (drawn(schema, schema, '') as fc.Arbitrary<Values>).filter((values) =>
    accepts(schema, merged(DEFAULTS, values), schema),
  );
}

/** What the schema of one key allows. `key` is its name, by which the shapes of Kubernetes are known that it leaves open. */
export function drawn(given: JsonSchema, root: JsonSchema, key: string): fc.Arbitrary<unknown> {
  const schema = resolved(given, root);
  const examples = EXAMPLES[key]?.filter((example) => accepts(schema, example, root)) ?? [];
  const values = examples.length > 0 ? fc.constantFrom(...examples) : byShape(schema, root, key);
  return values.filter((value) => accepts(schema, value, root));
}

function byShape(schema: JsonSchema, root: JsonSchema, key: string): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const { anyOf, oneOf, ...rest } = schema;
  const branches = oneOf ?? anyOf;
  if (branches !== undefined)
    return fc.oneof(...branches.map((branch) => byShape({ ...rest, ...resolved(branch, root) }, root, key)));
  return fc.oneof(...[schema.type ?? []].flat().map((type) => ofType(type, schema, root, key)));
}

function ofType(type: string, schema: JsonSchema, root: JsonSchema, key: string): fc.Arbitrary<unknown> {
  const { minimum = 0, maximum = minimum + 100, minItems = 0, maxItems = minItems + 2 } = schema;
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({ min: minimum, max: maximum });
    case 'string':
      return schema.pattern === undefined
        ? fc.constantFrom('', 'nightly', 'case-backup', ...TEXTS)
        : fc.stringMatching(new RegExp(schema.pattern, 'u'));
    case 'array':
      // An open list stays empty as well.
      if (schema.items === undefined) return fc.constant([]);
      return fc.array(drawn(schema.items, root, ''), { minLength: minItems, maxLength: Math.min(maxItems, 3) });
    case 'object':
      return object(schema, root);
    default:
      throw new Error(`values of ${key} can't be drawn from ${JSON.stringify(schema)}`);
  }
}

function object(schema: JsonSchema, root: JsonSchema): fc.Arbitrary<object> {
  const { properties = {}, additionalProperties = true, required = [], propertyNames } = schema;
  const own = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, drawn(each, root, name)])),
    { requiredKeys: [...required] },
  );
  // An open object whose members nobody describes stays empty, unless EXAMPLES knows it.
  if (typeof additionalProperties === 'boolean') return own;
  const keys =
    propertyNames === undefined
      ? fc.constantFrom(...KEYS)
      : (drawn({ type: 'string', ...resolved(propertyNames, root) }, root, '') as fc.Arbitrary<string>);
  const others = fc.dictionary(keys, drawn(additionalProperties, root, ''), { maxKeys: 2 });
  return fc.tuple(others, own).map(([open, named]) => ({ ...open, ...named }));
}
