import type { CachedPolicy } from './cached-policy.ts';
import { POLICY_METRICS } from './policy-metrics.ts';

/** Characters. Large enough for a socket, small enough to be garbage before V8 moves it to the old generation. */
const PIECE = 32_768;

/**
 * All that Prometheus is told of policies at an instant, in its text format 0.0.4, read from them anew for each scrape, so nothing of
 * a deleted one stays. Not through prom-client: it keeps each series with its labels from one scrape to the next, and a
 * thousand policies have 74,000 of them, 90 MiB. The page, 7.5 MB, is never in memory whole.
 */
export function* policyMetricsText(policies: readonly CachedPolicy[], now: Date): Generator<string> {
  let piece = '';
  for (const { name, type, help, read } of POLICY_METRICS) {
    piece += `\n# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
    for (const policy of policies) {
      const { namespace = '', name: policyName } = policy.metadata;
      const whose = labelsText({ namespace, policy: policyName });
      const found = read(policy, now);
      for (const { labels, value } of typeof found === 'number' ? [{ value: found, labels: undefined }] : found)
        piece += `${name}{${whose}${labels ? `,${labelsText(labels)}` : ''}} ${value}\n`;
      if (piece.length < PIECE) continue;
      yield piece;
      piece = '';
    }
  }
  yield piece;
}

const labelsText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([label, value]) => `${label}="${escaped(value)}"`)
    .join(',');

const escaped = (value: string): string =>
  /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
