import { policyCrd } from '../../src/api/crd.ts';

/** A part of the CRD's schema, to be changed as another release would have it. */
export interface Part {
  properties: Record<string, Part>;
  items: Part;
  enum: string[];
  minimum: number;
  maxItems: number;
}

/** The CRD of an older or newer release: ours, with changes to what stands under `spec` and under `status`. */
export function anotherCrd(change: (spec: Part, status: Part) => void): object {
  const crd = structuredClone(policyCrd());
  const [version] = crd.spec.versions;
  const { spec, status } = (version?.schema.openAPIV3Schema.properties ?? {}) as unknown as Record<string, Part>;
  if (!spec || !status) throw new Error('a CRD has both');
  change(spec, status);
  return crd;
}

/** The part of that name. */
export function partOf(whole: Part, name: string): Part {
  const part = whole.properties[name];
  if (!part) throw new Error(`there is no ${name}`);
  return part;
}
