import { hash } from 'node:crypto';
import type { Plan } from './plan.ts';

/**
 * Names in the archive, so that any clerk's computer can unpack it: UTF-8 in NFC, legal on Windows, at most 255 bytes
 * (the limit of Linux and macOS file systems), reversible by the rules below, and unique after case folding.
 * What can't be reversed from the name alone (a shortened name, a twin) is told by `files.jsonl`.
 */
const FORBIDDEN = /[<>:"|?*\\/\u0000-\u001f\u007f]/g;
/** Windows opens a device for these, whatever follows the first dot (learn.microsoft.com, "Naming Files"). */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i;
/** A percent sign is escaped only where it would read as an escape, so "100% sure.pdf" stays as it is. */
const LOOKS_ESCAPED = /%(?=[0-9A-F]{2})/g;
/** Info-ZIP takes what comes behind it for the version of a file on VMS, and unpacks without both. */
const VERSION = /;(?=\d*$)/;
const LONGEST_BYTES = 255;

/** One path component; `decodeName` gives back its NFC form unless it had to be shortened. */
export function encodeName(name: string): string {
  const escaped = name
    .normalize('NFC')
    .replace(LOOKS_ESCAPED, '%25')
    .replace(FORBIDDEN, escapeCharacter)
    .replace(VERSION, escapeCharacter)
    .replace(/[. ]$/, escapeCharacter);
  return DEVICE.test(escaped) ? escapeCharacter(escaped.charAt(0)) + escaped.slice(1) : escaped;
}

export function decodeName(name: string): string {
  return name.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Makes room for a mark (a twin's number, a shortened name's digest) before the extension. */
export function markedName(encoded: string, mark: string): string {
  const dot = encoded.lastIndexOf('.');
  const cut = dot > 0 && encoded.length - dot <= 16 ? dot : encoded.length;
  return `${truncateUtf8(encoded.slice(0, cut), LONGEST_BYTES - byteLength(mark + encoded.slice(cut)))}${mark}${encoded.slice(cut)}`;
}

export const isTooLong = (encoded: string): boolean => byteLength(encoded) > LONGEST_BYTES;

/** Equal for two names that some computer would take for the same: case (Windows, macOS) and composition. */
export function foldName(encoded: string): string {
  return encoded.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** Names that no UTF-8 archive can hold: lone surrogates (they would all become U+FFFD, and so the same name). */
export const isRepresentable = (name: string): boolean => name !== '' && name.isWellFormed();

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8');

function truncateUtf8(text: string, bytes: number): string {
  let kept = '';
  let room = bytes;
  for (const character of text) {
    room -= byteLength(character);
    if (room < 0) break;
    kept += character;
  }
  return kept;
}

/** The name in the archive of an entry by its key, the folded path of its folder there, and its own name. */
export type NameChooser = (key: string, parentFolded: string, name: string) => string;

/**
 * Decides names, once, before anything is written: a second name that some computer would take for the first gets ` ~2`,
 * in the order of the archive, so that the same tree always gets the same names. What can't be told from the entry's own
 * name alone is kept in the plan.
 */
export const decideNames =
  (plan: Plan): NameChooser =>
  (key, parentFolded, name) => {
    const plain = encodeName(name);
    const first = isTooLong(plain) ? markedName(plain, ` ~${digestMark(name)}`) : plain;
    let chosen = first;
    for (let n = 2; !plan.claim(foldHash(`${parentFolded}/${foldName(chosen)}`)); n++)
      chosen = markedName(first, ` ~${n}`);
    if (chosen !== plain) plan.rename(key, chosen);
    return chosen;
  };

/** The names that were decided. */
export const decidedNames =
  (plan: Plan): NameChooser =>
  (key, _, name) =>
    plan.renamed(key) ?? encodeName(name);

/** 48 bits: a false twin among a million names has a chance of 1 in 500 and costs a needless ` ~2`. */
const foldHash = (folded: string): number => hash('sha256', folded, 'buffer').readUIntBE(0, 6);

const digestMark = (name: string): string => hash('sha256', name).slice(0, 8);
