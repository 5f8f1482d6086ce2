import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { alertsOf, ruleGroups } from '../../test/chart/alert-rules.ts';
import { until } from '../../test/cluster/until.ts';
import { onStage } from '../stage/on-stage.ts';
import type { Notice } from './receiver.ts';
import { patienceOf } from './shortened.ts';
import { record } from './table.ts';
import { openWatch, type Watch } from './watch.ts';

/** What makes some alerts fire, and what ends them. */
export interface Cause {
  /** In the words of docs/e2e.md, like the cure. */
  readonly cause: string;
  readonly cure: string;
  /** Labels that all of them have, so that no other test's are taken for theirs; '' is for a label that they lack. */
  readonly about: Readonly<Record<string, string>>;
  /** All that fire for it; no other may. */
  readonly alerts: readonly string[];
  bring(): Promise<void>;
  heal(): Promise<void>;
  /** Longest time from cause to alert, and from cure to its end, besides the minutes of a run. */
  readonly within?: number;
}

const WITHIN_MS = 240_000;
/** One more alert would have come in that time: three looks of Prometheus and one of Alertmanager. */
const SETTLED_MS = 20_000;
const KNOWN = new Map(alertsOf(ruleGroups()).map((alert) => [alert.alert, alert]));

/** A test on the stage, with Prometheus and Alertmanager above it. */
export const provesAlerts = (causeOn: (watch: Watch) => Cause | Promise<Cause>): (() => Promise<void>) =>
  onStage(async () => {
    const watch = await openWatch();
    await prove(watch, await causeOn(watch));
  });

/** Brings the cause and waits until the webhook has heard exactly these alerts; heals it, and waits for their end. */
async function prove({ receiver, prometheus }: Watch, cause: Cause): Promise<void> {
  const { about, alerts, within = WITHIN_MS } = cause;
  const told = (since: Date): Notice[] =>
    receiver.notices.filter(({ at, labels }) => at >= since && isAbout(labels, about));
  const untilTold = async (what: string, missing: () => readonly string[]): Promise<void> => {
    await until(what, () => missing().length === 0, { within, everyMs: 200 }).catch((cause) => {
      throw new Error(`${what}, but ${missing().join(', ')}; heard ${tell(told(caused))}`, { cause });
    });
  };

  // One that fires already would be taken for an answer.
  const active = `ALERTS{alertname=~"${alerts.join('|')}"}`;
  const isQuiet = async (): Promise<boolean> =>
    !(await prometheus.query(active)).some(({ metric }) => isAbout(metric, about));
  await until(`none of ${alerts.join(', ')} before the cause`, isQuiet, { within, everyMs: 1_000 });

  const caused = new Date();
  const firing = (): Notice[] => told(caused).filter(({ status }) => status === 'firing');
  try {
    await cause.bring();
    await untilTold('all to fire', () => alerts.filter((alert) => !firing().some((one) => nameOf(one) === alert)));
    await delay(SETTLED_MS);
  } catch (error) {
    // The tests after it want a cluster that is well.
    await cause.heal();
    throw error;
  }
  const fired = firing();
  const cured = new Date();
  await cause.heal();
  assert.deepEqual([...new Set(fired.map(nameOf))].sort(), [...alerts].sort());
  for (const notice of fired) assertWords(notice);

  // One alert may have fired of several things, such as each watch.
  const ends = (): Notice[] => told(cured).filter(({ status }) => status === 'resolved');
  const isOver = ({ labels }: Notice): boolean => ends().some((end) => isDeepStrictEqual(end.labels, labels));
  await untilTold('all to end', () => fired.filter((one) => !isOver(one)).map(nameOf));
  for (const alert of alerts) {
    const isIt = (notice: Notice): boolean => nameOf(notice) === alert;
    record({
      alert,
      cause: cause.cause,
      cure: cause.cure,
      patience: `${KNOWN.get(alert)?.for ?? '0s'} → ${patienceOf(alert)}`,
      secondsToAlert: secondsFrom(caused, fired.find(isIt)),
      secondsToEnd: secondsFrom(cured, ends().findLast(isIt)),
    });
  }
}

/** What the chart says of the alert. */
function assertWords(notice: Notice): void {
  const name = nameOf(notice);
  const rule = KNOWN.get(name);
  const { labels, annotations } = notice;
  assert.equal(labels['severity'], rule?.labels['severity'], name);
  assert.equal(annotations['runbook_url'], rule?.annotations['runbook_url'], name);
  assert.equal(annotations['summary'], rule?.annotations['summary'], name);
  assert.doesNotMatch(annotations['description'] ?? '', /<no value>|\{\{/, name);
}

const nameOf = ({ labels }: Notice): string => labels['alertname'] ?? '';

/** kube-state-metrics knows CronJobs, not policies. */
function isAbout(labels: Notice['labels'], { policy, ...about }: Cause['about']): boolean {
  const of = labels['policy'] ?? labels['cronjob']?.replace(/^case-backup-/, '') ?? '';
  return (policy ?? of) === of && Object.entries(about).every(([name, value]) => (labels[name] ?? '') === value);
}

const secondsFrom = (start: Date, notice: Notice | undefined): number =>
  Math.round(((notice?.at.getTime() ?? Number.NaN) - start.getTime()) / 1000);

const tell = (notices: readonly Notice[]): string =>
  notices.map(({ status, labels }) => `${status} ${JSON.stringify(labels)}`).join('\n') || 'nothing';
