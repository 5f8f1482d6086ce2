import type { FaultProxy, Match } from '../cluster/fault-proxy.ts';
import { answers, cut, type Fault, gone, goneInStream, hangs, resets, slow, tooMany } from '../cluster/faults.ts';
import type { ProxiedRequest } from '../cluster/proxied-request.ts';

/** One thing that goes wrong between a controller and its API server. */
export interface Trouble {
  readonly name: string;
  /** Begins it; the returned function ends it. */
  readonly begin: (proxy: FaultProxy) => Promise<() => Promise<void>>;
}

const isWatch = ({ verb }: ProxiedRequest): boolean => verb === 'watch';
const isWrite = ({ verb, resource }: ProxiedRequest): boolean => verb === 'apply' && resource !== 'leases';

const striking = (name: string, match: Match, fault: Fault, cutFirst = false): Trouble => ({
  name,
  async begin(proxy) {
    const rule = proxy.fault(match, fault);
    if (cutFirst) proxy.cutWatches();
    return async () => rule.remove();
  },
});

/** Twenty of them, for the connection as a whole, for watches, lists, writes, single kinds, and the Lease. */
export const TROUBLES: readonly Trouble[] = [
  {
    name: 'all watches are cut',
    async begin(proxy) {
      proxy.cutWatches();
      return async () => undefined;
    },
  },
  striking('watches break as soon as they stand', isWatch, cut(0), true),
  striking('watches break after one line', isWatch, cut(1), true),
  striking('watches are answered 410', isWatch, gone(), true),
  striking('watches tell of a 410 in their stream', isWatch, goneInStream(), true),
  striking('watches are answered 500', isWatch, answers(500), true),
  striking('watches are answered 429', isWatch, tooMany(1), true),
  striking('watches hang before they begin', isWatch, hangs(), true),
  striking('lists and watches are answered 503', ({ verb }) => verb === 'list' || verb === 'watch', answers(503), true),
  striking('lists are answered 410 and watches too', ({ verb }) => verb === 'list' || verb === 'watch', gone(), true),
  striking('writes are answered 500', isWrite, answers(500)),
  striking('writes are answered 409', isWrite, answers(409)),
  striking('writes are answered 429', isWrite, tooMany(1)),
  striking('writes are reset', isWrite, resets()),
  striking('writes hang', isWrite, hangs()),
  striking('status writes are forbidden for a while', ({ subresource }) => subresource === 'status', answers(403)),
  striking('events are answered 500', ({ resource }) => resource === 'events', answers(500)),
  striking('every answer is half a second late', () => true, slow(500)),
  striking(
    'every second is a 401, as with a token that has just expired',
    ({ number }) => number % 2 === 0,
    answers(401),
  ),
  {
    name: 'the API server is out of reach',
    async begin(proxy) {
      await proxy.unreachable();
      return () => proxy.reachable();
    },
  },
];
