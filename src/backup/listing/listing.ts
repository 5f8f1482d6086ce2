import { counted } from '../../api/counted.ts';
import { Failure } from '../../host/errors.ts';
import type { Source } from '../../store/store.ts';
import { applyDrift } from './drift.ts';
import type { ListingContext } from './list-below.ts';
import { listCases, listQuickly } from './list-cases.ts';
import type { CountsBefore } from './list-whole.ts';
import { canLook, lookUntilQuiet } from './look-again.ts';
import type { Plan } from './plan.ts';
import { nameChanged } from './volumes.ts';

export interface ListingOptions extends ListingContext {
  /** Files in the last backup: a listing that comes out shorter is made again before it is believed. */
  readonly expectedFiles: number | undefined;
  /** What there was of each case in it, which may be known later; undefined where it can't be. */
  readonly casesBefore?: Promise<CountsBefore | undefined>;
  /** That of the first round, where it was asked for before; each further round asks for its own. */
  readonly bookmark?: Promise<string | undefined>;
}

export interface ListingResult {
  /** Listings made until one could be believed. */
  readonly rounds: number;
  /** What the others were made again for. */
  readonly doubts: ReadonlySet<Doubt>;
  /** Folders that were still changing when the last look at them was over. */
  readonly moving: number;
  /** Why it was not listed all at once, where that was tried. */
  readonly gaveUp: string | undefined;
}

/** `shorter` than the last backup; `expired`: nobody knows any more what moved while it was made. */
export type Doubt = 'shorter' | 'expired';

const MOST_ROUNDS = 3;

/**
 * Fills the plan from the source, and then applies what moved meanwhile, so that a file that was renamed during the
 * listing is there exactly once. Where that can't be told, the listing is made again, each case by itself: one that came
 * out shorter because all was listed at once would come out so again.
 */
export async function listSource(source: Source, plan: Plan, options: ListingOptions): Promise<ListingResult> {
  const doubts = new Set<Doubt>();
  const volumes = await source.volumes?.(options.signal);
  let previous: number | undefined;
  let gaveUp: string | undefined;
  for (let rounds = 1; ; rounds++) {
    plan.forget('');
    const bookmark = await ((rounds === 1 && options.bookmark) || source.bookmark(options.signal));
    const once = await listOnce(source, plan, { ...options, bookmark }, rounds === 1 ? listQuickly : listByCase);
    const { isWhole, moving } = once;
    gaveUp ??= once.gaveUp;
    if (volumes) nameChanged(plan, volumes, (await source.volumes?.(options.signal)) ?? volumes);
    const files = plan.countFiles();
    const isEnough = options.expectedFiles === undefined || files >= options.expectedFiles;
    if (isWhole && (isEnough || files === previous)) return { rounds, doubts, moving, gaveUp };
    if (rounds === MOST_ROUNDS) throw unstable(source.locate(''), rounds, isWhole ? { previous, files } : undefined);
    doubts.add(isWhole ? 'shorter' : 'expired');
    if (isWhole) previous = files;
  }
}

interface Once {
  /** False when the bookmark has expired: a case that was renamed meanwhile may then be in no listing at all. */
  readonly isWhole: boolean;
  readonly moving: number;
  readonly gaveUp: string | undefined;
}

async function listOnce(
  source: Source,
  plan: Plan,
  { bookmark, ...options }: Omit<ListingOptions, 'bookmark'> & { readonly bookmark: string | undefined },
  list: typeof listQuickly,
): Promise<Once> {
  const gaveUp = await list(source, plan, options);
  source.line?.expectReads?.(plan.countFiles());
  if (bookmark !== undefined)
    return { isWhole: await applyDrift(source, plan, bookmark, options.signal), moving: 0, gaveUp };
  return { isWhole: true, moving: canLook(source) ? await lookUntilQuiet(source, plan, options) : 0, gaveUp };
}

const listByCase: typeof listQuickly = async (source, plan, options) => {
  await listCases(source, plan, options);
  return undefined;
};

function unstable(
  where: string,
  rounds: number,
  counts: { readonly previous: number | undefined; readonly files: number } | undefined,
): Failure {
  const got =
    counts?.previous === undefined
      ? `after ${rounds} listings of ${where} none could be told to be whole: what moved meanwhile was forgotten`
      : `${rounds} listings of ${where} gave ${counts.previous} and then ${counted(counts.files, 'file')}`;
  return new Failure('ListingUnstable', got, {
    hint: 'the source is changing quickly or its listing is faulty; run again later',
  });
}
