import assert from 'node:assert/strict';
import type { PlanEntry } from '../../../src/backup/listing/plan.ts';
import { Failure } from '../../../src/host/errors.ts';
import type { Source } from '../../../src/store/store.ts';
import { type Listed, listedPlan } from './listed-plan.ts';
import type { Office, OfficeFile } from './office.ts';
import { act, type OfficeNight } from './office-life.ts';
import type { Step } from './office-source.ts';

/** An office that a night can list. */
export interface Listable {
  readonly office: Office;
  /** Steps of a listing of it, about; the deeds of a night are spread over them. */
  readonly steps: number;
  open(onStep: Step): Source;
}

export interface NightsTold {
  nights: number;
  /** That ended without a plan, with a reason. */
  refused: number;
  /** With a warning that folders were changing all the time. */
  moving: number;
  /** Files that stood still for the length of a listing, and files that did not. */
  still: number;
  moved: number;
}

/**
 * Lists the office, night after night, while it lives; throws when a file that was there all night is not in the plan and
 * not named as missing, although nobody was told that the night is none to rely on.
 */
export async function liveThrough(
  { office, steps: length, open }: Listable,
  nights: readonly OfficeNight[],
  told: NightsTold,
): Promise<void> {
  let expectedFiles: number | undefined;
  for (const night of nights) {
    const paths = new Map(office.files().map((file) => [file, [office.pathOf(file) ?? '']]));
    const waiting = night.deeds.toSorted((a, b) => a.moment - b.moment);
    let [steps, feeds] = [0, 0];
    const source = open((at) => {
      steps += 1;
      for (; waiting[0] && waiting[0].moment * length <= steps; waiting.shift()) {
        act(office, waiting[0].deed);
        note(office, paths);
      }
      return at === 'changes' && night.expires.includes(feeds++) ? 'expired' : undefined;
    });
    told.nights += 1;
    const listed = await listedOrRefused(source, expectedFiles);
    if (listed === undefined) told.refused += 1;
    else {
      told.moving += listed.moving > 0 ? 1 : 0;
      assertComplete(office, paths, listed, told);
      expectedFiles = listed.files.length;
    }
    for (const { deed } of waiting) act(office, deed);
  }
}

async function listedOrRefused(source: Source, expectedFiles: number | undefined): Promise<Listed | undefined> {
  try {
    return await listedPlan(source, { expectedFiles });
  } catch (error) {
    if (error instanceof Failure && error.code === 'ListingUnstable') return undefined;
    throw error;
  }
}

function note(office: Office, paths: ReadonlyMap<OfficeFile, string[]>): void {
  for (const [file, seen] of paths) {
    const path = office.pathOf(file);
    if (path !== undefined && path !== seen.at(-1)) seen.push(path);
  }
}

function assertComplete(
  office: Office,
  paths: ReadonlyMap<OfficeFile, readonly string[]>,
  { entries, moving }: Listed,
  told: NightsTold,
): void {
  const planned = new Set(entries.filter(({ kind }) => kind === 'file').map(({ key }) => key));
  const named = entries.filter(isNamed).map(({ key }) => key);
  for (const [file, seen] of paths) {
    if (office.pathOf(file) === undefined) continue;
    const isStill = seen.length === 1;
    told[isStill ? 'still' : 'moved'] += 1;
    const isThere = seen.some((path) => planned.has(office.keyOf(path)) || isBelow(named, office.keyOf(path)));
    assert.ok(
      isThere || (!isStill && moving > 0),
      `${seen.join(' → ')} is neither in the plan nor named: ${entries.map(({ kind, key }) => `${kind} ${key}`).join(', ')}`,
    );
  }
}

const isNamed = (entry: PlanEntry): boolean =>
  entry.kind === 'unusable' || (entry.kind === 'folder' && entry.unseen !== undefined);

const isBelow = (named: readonly string[], key: string): boolean =>
  named.some((one) => one === '\0' || key === one || key.startsWith(`${one}/`));
