/**
 * Lower-casing as the service does it: character by character like old Python, so that `ΣΣΣ` has no final sigma
 * (maestral#409, #678). Lookups use the path as sent; NFC is applied only where a name is stored.
 */
export function lowered(name: string): string {
  if (/^[\u0000-\u007f]*$/.test(name)) return name.toLowerCase();
  let result = '';
  for (const character of name) {
    const lower = character.toLowerCase();
    result += lower.length === character.length ? lower : character;
  }
  return result;
}

/** The key under which a folder holds a child. */
export function keyOf(name: string): string {
  return lowered(name.normalize('NFC'));
}

const DISALLOWED = new Set(['desktop.ini', 'thumbs.db', '.ds_store', 'icon\r', '.dropbox', '.dropbox.attr']);
const MAX_COMPONENT = 255;

/** Why a new name is refused, as a WriteError tag; undefined if it is fine. */
export function refusalOfName(name: string): 'malformed_path' | 'disallowed_name' | undefined {
  const malformed = name === '' || name === '.' || name === '..' || /[\\/\u007f\u0000]|[ ]$/.test(name);
  if (malformed || [...name].length > MAX_COMPONENT) return 'malformed_path';
  return DISALLOWED.has(name.toLowerCase()) ? 'disallowed_name' : undefined;
}

/** `report.pdf` → `report (1).pdf`, what autorename really yields. */
export function numbered(name: string, number: number): string {
  return suffixed(name, ` (${number})`);
}

export function suffixed(name: string, suffix: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)}${suffix}${name.slice(dot)}` : `${name}${suffix}`;
}
