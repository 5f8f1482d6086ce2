import type { LimitedCalls } from './limits.ts';

/** One request after its answer; tests look here for what a client really sent. Authorisation is left out. */
export interface RequestRecord {
  readonly number: number;
  readonly route: string;
  /** The URL's query as sent, without `?`: where a client puts secrets, they can be seen here. */
  readonly query: string;
  readonly args: unknown;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** 0: the connection was cut before a status was sent. */
  readonly status: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface RouteCounters {
  requests: number;
  /** Answers by status; '0' counts cut connections. */
  statuses: Record<string, number>;
  inFlight: number;
  maxInFlight: number;
  bytesIn: number;
  bytesOut: number;
}

export interface Stats {
  readonly requests: number;
  readonly routes: Readonly<Record<string, RouteCounters>>;
  readonly maxInFlight: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly refreshes: number;
  readonly limitedCalls: LimitedCalls;
  readonly rejectedByWriteLock: number;
}

/** The newest are kept. */
const MAX_RECORDS = 20_000;

export interface Recorder {
  readonly routes: Readonly<Record<string, RouteCounters>>;
  readonly records: readonly RequestRecord[];
  readonly maxInFlight: number;
  begin(route: string): number;
  end(record: RequestRecord): void;
  reset(): void;
}

export function recorder(): Recorder {
  let routes: Record<string, RouteCounters> = {};
  let records: RequestRecord[] = [];
  let sequence = 0;
  let inFlight = 0;
  let maxInFlight = 0;
  function countersOf(route: string): RouteCounters {
    routes[route] ??= { requests: 0, statuses: {}, inFlight: 0, maxInFlight: 0, bytesIn: 0, bytesOut: 0 };
    return routes[route];
  }
  return {
    get routes() {
      return routes;
    },
    get records() {
      return records;
    },
    get maxInFlight() {
      return maxInFlight;
    },
    begin(route) {
      const counters = countersOf(route);
      counters.requests++;
      counters.maxInFlight = Math.max(counters.maxInFlight, ++counters.inFlight);
      maxInFlight = Math.max(maxInFlight, ++inFlight);
      return ++sequence;
    },
    end(record) {
      const counters = countersOf(record.route);
      counters.inFlight = Math.max(0, counters.inFlight - 1);
      inFlight--;
      counters.statuses[record.status] = (counters.statuses[record.status] ?? 0) + 1;
      counters.bytesIn += record.bytesIn;
      counters.bytesOut += record.bytesOut;
      records.push(record);
      if (records.length > MAX_RECORDS) records.splice(0, MAX_RECORDS / 2);
    },
    reset() {
      routes = {};
      records = [];
      maxInFlight = inFlight;
    },
  };
}
