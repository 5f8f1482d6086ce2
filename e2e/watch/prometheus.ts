import { until } from '../../test/cluster/until.ts';

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

interface Target {
  readonly health: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Prometheus {
  readonly url: string;
  query(expr: string): Promise<readonly Sample[]>;
  /** Waits until each of these jobs has a target that answers. */
  untilScraped(...jobs: readonly string[]): Promise<void>;
  /** Waits until these alerts are among its rules. */
  untilLoaded(alerts: readonly string[]): Promise<void>;
}

interface RuleGroup {
  readonly rules: readonly { readonly name: string }[];
}

const PATIENCE = { within: 120_000, everyMs: 500 };

/** By its own API, at the address of its pod: this machine is on the pods' bridge. */
export function prometheusAt(url: string): Prometheus {
  async function ask<T>(path: string): Promise<T> {
    const response = await fetch(`${url}/api/v1/${path}`, { signal: AbortSignal.timeout(20_000) });
    const answer = (await response.json()) as { status: string; data: T; error?: string };
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }
  return {
    url,
    query: async (expr) => (await ask<{ result: readonly Sample[] }>(`query?query=${encodeURIComponent(expr)}`)).result,
    async untilScraped(...jobs) {
      await until(
        `targets of ${jobs.join(' and ')}`,
        async () => {
          const { activeTargets } = await ask<{ activeTargets: readonly Target[] }>('targets?state=active');
          const up = activeTargets.filter(({ health }) => health === 'up').map(({ labels }) => labels['job'] ?? '');
          return jobs.every((job) => up.includes(job));
        },
        PATIENCE,
      );
    },
    async untilLoaded(alerts) {
      await until(
        'the rules of the chart',
        async () => {
          const { groups } = await ask<{ groups: readonly RuleGroup[] }>('rules?type=alert');
          const loaded = new Set(groups.flatMap(({ rules }) => rules.map(({ name }) => name)));
          return alerts.every((alert) => loaded.has(alert));
        },
        PATIENCE,
      );
    },
  };
}
