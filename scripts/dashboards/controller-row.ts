import type { Row } from './board.ts';
import { AGE, COUNT, countOfBad, steps, words } from './look.ts';
import { lines, tile } from './panel.ts';
import { CONTROLLERS, series } from './queries.ts';

const mine = (metric: string, matchers = ''): string => series(metric, CONTROLLERS, matchers);
const perSecond = (metric: string, matchers = ''): string => `rate(${mine(metric, matchers)}[$__rate_interval])`;

/** Whether somebody keeps all of this: a board without the controller's health shows yesterday's peace. */
export function controllerRow(): Row {
  return {
    title: 'The controller',
    panels: [...tiles(), ...work()],
  };
}

function tiles(): Row['panels'] {
  return [
    tile({
      title: 'Replicas',
      description: 'Replicas whose metrics Prometheus could read just now.',
      width: 3,
      expr: `sum(${mine('up')})`,
      look: {
        unit: 'none',
        noValue: 'none is scraped',
        mappings: [words({ 0: ['none', 'red'] })],
        steps: steps('red', [1, 'green']),
      },
    }),
    tile({
      title: 'Leader',
      description:
        'Whether one of the replicas holds each Lease. Without a leader no CronJob and no status is kept; nights go on.',
      width: 5,
      expr: `max by (name) (${mine('leader_election_master_status')})`,
      legend: '{{name}}',
      look: {
        unit: 'none',
        noValue: 'not known',
        mappings: [words({ 0: ['nobody leads', 'red'], 1: ['there is one', 'green'] })],
        steps: steps('red', [1, 'green']),
      },
    }),
    tile({
      title: 'CRD',
      description:
        'Whether the installed CRD has everything that this controller knows. If not, apply the one of this release.',
      width: 3,
      expr: `max(${mine('case_backup_controller_crd_outdated')})`,
      look: {
        unit: 'none',
        noValue: 'not known',
        mappings: [words({ 0: ['current', 'green'], 1: ['outdated', 'red'] })],
        steps: steps('green', [1, 'red']),
      },
    }),
    tile({
      title: 'Contested',
      description: 'Policies whose CronJob another controller keeps as well; both leave it as it is.',
      width: 3,
      expr: `max(${mine('case_backup_controller_contested_policies')})`,
      look: countOfBad('red'),
    }),
    tile({
      title: 'Not served',
      description:
        'Namespaces whose lists are not in, or are refused by the API server. /readyz of the controller says which and why.',
      width: 3,
      expr: `sum(min by (namespace) (${mine('case_backup_controller_namespace_served')}) == bool 0)`,
      look: countOfBad('red'),
    }),
    tile({
      title: 'API server silent',
      description:
        'Longest time since a watch last heard anything. A quiet cluster gives a sign of life about once a minute.',
      width: 4,
      expr: `max(time() - (${mine('case_backup_controller_last_contact_timestamp_seconds')} > 0))`,
      look: { ...AGE, unit: 's', noValue: 'not known' },
    }),
    tile({
      title: 'Version',
      description: 'Replicas by the release that they are of. More than one is an upgrade that goes on.',
      width: 3,
      expr: `count by (version) (${mine('case_backup_build_info')})`,
      legend: '{{version}}',
      look: COUNT,
    }),
  ];
}

function work(): Row['panels'] {
  return [
    lines({
      title: 'Looks at policies',
      description:
        'Reconciliations a second by how they ended. Errors are tried again; a steady rate of them is a fault.',
      width: 8,
      targets: [{ expr: `sum by (result) (${perSecond('controller_runtime_reconcile_total')})`, legend: '{{result}}' }],
      look: { unit: 'ops', min: 0, noValue: 'no data' },
      colours: { success: 'green', error: 'red', requeue_after: 'blue' },
    }),
    lines({
      title: 'Duration of a look',
      description: 'Longest reconciliation among a hundred, and the middle one.',
      width: 8,
      targets: [0.99, 0.5].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, sum by (le) (${perSecond('controller_runtime_reconcile_time_seconds_bucket')}))`,
        legend: `${quantile * 100} %`,
      })),
      look: { unit: 's', min: 0, noValue: 'no data' },
    }),
    lines({
      title: 'Waiting for a look',
      description: 'Policies in the queue. A length that stays means that the controller does not keep up.',
      width: 8,
      targets: [{ expr: `sum by (name) (${mine('workqueue_depth')})`, legend: '{{name}}' }],
      look: { ...COUNT, min: 0 },
    }),
    lines({
      title: 'Calls to the API server',
      description: 'Requests a second by status code; "<error>" where there was no answer.',
      width: 8,
      targets: [{ expr: `sum by (code) (${perSecond('rest_client_requests_total')})`, legend: '{{code}}' }],
      look: { unit: 'reqps', min: 0, noValue: 'no data' },
    }),
    lines({
      title: 'Watches begun anew',
      description: "Watches that ended by anything but the server's own time limit, by resource.",
      width: 8,
      targets: [
        {
          expr: `sum by (resource) (${perSecond('case_backup_controller_watch_restarts_total')})`,
          legend: '{{resource}}',
        },
      ],
      look: { unit: 'ops', min: 0, noValue: 'no data' },
    }),
    lines({
      title: 'Memory',
      description: 'Resident memory of each replica; the container is killed at its limit.',
      width: 8,
      targets: [{ expr: `max by (instance) (${mine('process_resident_memory_bytes')})`, legend: '{{instance}}' }],
      look: { unit: 'bytes', min: 0, noValue: 'no data' },
    }),
  ];
}
