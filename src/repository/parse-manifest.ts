import { z } from 'zod';
import { Failure } from '../host/errors.ts';
import { tooMuchIn } from './json-bounds.ts';
import { caseSchema, FORMAT_VERSION, gapSchema, type Manifest, manifestSchema, unseenSchema } from './manifest.ts';

/** The largest manifest that a night makes has 1.1 million values, 6 deep. */
const BOUNDS = { values: 1_500_000, depth: 32, keysOfOneObject: 1000 };

/** Its lists are parsed one by one, because zod goes on to the end of a list and keeps a complaint for every element. */
const outerSchema = manifestSchema.extend({
  cases_included: z.array(z.unknown()),
  gaps: z.array(z.unknown()),
  cases: z.array(z.unknown()),
  cases_gone: z.array(z.unknown()).optional(),
  cases_unseen: z.array(z.unknown()).optional(),
});

type List = 'cases' | 'gaps' | 'cases_included' | 'cases_gone' | 'cases_unseen';

/** Parses a manifest of this version; a newer one is refused with what to do, not half understood. */
export function parseManifest(bytes: Buffer, where: string): Manifest {
  const tooMuch = tooMuchIn(bytes, BOUNDS);
  if (tooMuch !== undefined) throw invalid(where, `it has ${tooMuch}`);
  const json = parseJson(bytes, where);
  const version = z.object({ format_version: z.int() }).safeParse(json);
  if (version.success && version.data.format_version > FORMAT_VERSION) {
    throw new Failure(
      'NewerManifest',
      `${where} has format version ${version.data.format_version}, this program reads up to ${FORMAT_VERSION}`,
      {
        hint: 'use the case-backup version that wrote it, or a newer one; unzip and sha256sum -c SHA256SUMS work as well',
      },
    );
  }
  const outer = parsed(outerSchema, json, where);
  const each = <T>(schema: z.ZodType<T>, name: List): T[] =>
    (outer[name] ?? []).map((value, index) => parsed(schema, value, where, [name, index]));
  return {
    ...outer,
    cases_gone: outer.cases_gone && each(z.string(), 'cases_gone'),
    cases_unseen: outer.cases_unseen && each(unseenSchema, 'cases_unseen'),
    cases_included: each(z.string(), 'cases_included'),
    gaps: each(gapSchema, 'gaps'),
    cases: each(caseSchema, 'cases'),
  };
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, where: string, at: readonly PropertyKey[] = []): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid(where, `${[...at, ...(issue?.path ?? [])].join('.')} ${issue?.message}`);
}

const invalid = (where: string, what: string): Failure =>
  new Failure('ManifestInvalid', `${where} is not a valid manifest: ${what}`);

function parseJson(bytes: Buffer, where: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new Failure('ManifestInvalid', `${where} is not JSON`, { cause: error });
  }
}
