import type { Dropbox } from '../stage/dropbox.ts';
import { runByHand } from '../stage/nights.ts';
import { DROPBOX_SECRET, type Stage } from '../stage/stage.ts';

/** A tree in the Dropbox for one policy alone, so that what happens to it concerns no other. */
export interface OwnOffice {
  readonly root: string;
  readonly backups: string;
  /** For the policy's spec. */
  readonly source: object;
  readonly files: readonly string[];
}

const FILES = 6;

/** `count` small files, each in a case of its own. */
export async function ownOffice(dropbox: Dropbox, policy: string, count = FILES): Promise<OwnOffice> {
  const root = `/CASES-${policy}`;
  const files = Array.from({ length: count }, (_, n) => `${root}/case-${n}/letter.txt`);
  for (const file of files) await dropbox.upload(file, `${file}\n`.repeat(20));
  const source = { dropbox: { credentialsSecretRef: { name: DROPBOX_SECRET }, root } };
  return { root, backups: `/BACKUPS-${policy}`, source, files };
}

/** Backups that stand there, oldest first. */
export const zipsIn = async (dropbox: Dropbox, { backups }: OwnOffice): Promise<string[]> =>
  (await dropbox.list(backups)).filter((name) => name.endsWith('.zip')).sort();

let nights = 0;

/** A run by hand, whose end is `result reason`. */
export async function night(stage: Stage, policy: string): Promise<string> {
  const { result, reason } = await runByHand(stage, policy, `${policy}-${++nights}`);
  return `${result} ${reason}`;
}

/** The policy as it is, with another spec on top. */
export async function patch({ kubectl, policies }: Stage, policy: string, spec: object): Promise<void> {
  const change = ['--type=merge', '-p', JSON.stringify({ spec })];
  await kubectl(['patch', 'cbp', policy, '-n', policies.namespace, ...change]);
}

export async function forget({ kubectl, policies }: Stage, policy: string): Promise<void> {
  await kubectl(['delete', 'cbp', policy, '-n', policies.namespace, '--ignore-not-found']);
}
