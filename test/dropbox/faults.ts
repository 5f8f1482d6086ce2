import type { Effect } from './fault-effects.ts';

export interface FaultRule {
  /** `files/download`, `oauth2/token`, `link` (temporary links) or `*` for all. */
  readonly route: string;
  /** Only calls that name this path (any in the arguments, or the one behind an id or rev). */
  readonly path?: string | RegExp;
  /** Only calls with a Range header that matches. */
  readonly range?: RegExp;
  /** The first matching call that is hit, from 1; default 1. */
  readonly nth?: number;
  /** How many matching calls in a row are hit from there; default 1, `Infinity` for ever. */
  readonly times?: number;
  /** Each matching call is hit with this chance, from a sequence that `seed` fixes. */
  readonly probability?: number;
  readonly seed?: number;
  /** `after`: the call takes effect and only its answer is lost or replaced. Default `before`. */
  readonly when?: 'before' | 'after';
  readonly effect: Effect;
}

export interface ActiveFault {
  readonly when: 'before' | 'after';
  readonly effect: Effect;
}

export interface FaultPlan {
  /** Adds a fault; gives a function that takes it away again. */
  add(rule: FaultRule): () => void;
  clear(): void;
  /** How many calls have been hit so far. */
  readonly hits: number;
  /** Called for every request before anything else happens to it, in order; awaited. Gives a function that ends it. */
  onRequest(hook: RequestHook): () => void;
}

export interface SeenRequest {
  readonly route: string;
  /** Counts all requests from 1. */
  readonly number: number;
  readonly paths: readonly string[];
  readonly args: unknown;
  readonly range: string | undefined;
}

export type RequestHook = (request: SeenRequest) => void | Promise<void>;

export interface FaultSchedule extends FaultPlan {
  take(request: Pick<SeenRequest, 'route' | 'paths' | 'range'>): ActiveFault[];
  announce(request: SeenRequest): Promise<void>;
}

export function faultSchedule(): FaultSchedule {
  const rules = new Set<{ rule: FaultRule; matched: number; random: () => number }>();
  const hooks = new Set<RequestHook>();
  let hits = 0;

  return {
    get hits() {
      return hits;
    },
    add(rule) {
      const armed = { rule, matched: 0, random: sequence(rule.seed ?? 1) };
      rules.add(armed);
      return () => rules.delete(armed);
    },
    clear: () => rules.clear(),
    onRequest(hook) {
      hooks.add(hook);
      return () => hooks.delete(hook);
    },
    take({ route, paths, range }) {
      const active: ActiveFault[] = [];
      for (const armed of rules) {
        const { rule } = armed;
        if ((rule.route !== '*' && rule.route !== route) || !matchesPath(rule.path, paths)) continue;
        if (rule.range && !rule.range.test(range ?? '')) continue;
        armed.matched++;
        const first = rule.nth ?? 1;
        const times = rule.times ?? (rule.probability === undefined ? 1 : Number.POSITIVE_INFINITY);
        if (armed.matched < first || armed.matched >= first + times) continue;
        if (rule.probability !== undefined && armed.random() >= rule.probability) continue;
        active.push({ when: rule.when ?? 'before', effect: rule.effect });
        hits++;
      }
      return active;
    },
    async announce(request) {
      for (const hook of hooks) await hook(request);
    },
  };
}

function matchesPath(wanted: string | RegExp | undefined, paths: readonly string[]): boolean {
  if (wanted === undefined) return true;
  return paths.some((path) =>
    typeof wanted === 'string' ? path.toLowerCase() === wanted.toLowerCase() : wanted.test(path),
  );
}

/** Park and Miller's generator: the same seed gives the same run of faults. */
function sequence(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
