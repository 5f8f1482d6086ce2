import { alertsOf, ruleGroups } from '../../test/chart/alert-rules.ts';

/**
 * How long an alert has to hold here before it is told, where the chart says minutes to days, and how long it goes on
 * after its cause. By the chart's own values, as an operator would; what an expression itself waits for stays as it is.
 */
const SOON = '10s';
const PATIENCE: Readonly<Record<string, string>> = {
  // A pod that starts on a busy machine waits as well.
  CaseBackupRunWaiting: '1m',
  CaseBackupPolicyNotReady: '30s',
  // A controller that starts has heard of nothing for a moment.
  CaseBackupWatchStale: '1m',
  CaseBackupNamespaceNotServed: '1m',
  // A run that goes on has begun and not yet succeeded.
  CaseBackupCronJobNotSucceeding: '2m',
  CaseBackupCronJobNeverSucceeded: '2m',
};

export const patienceOf = (alert: string): string => PATIENCE[alert] ?? SOON;

/** Values below `alerts`. */
export const shortened = (): object => ({
  overrides: Object.fromEntries(
    alertsOf(ruleGroups()).map(({ alert }) => [alert, { for: patienceOf(alert), keepFiringFor: SOON }]),
  ),
});
