import { type Panel, refId } from './panel.ts';

/** A dashboard as Grafana's sidecar takes it: classic JSON with a fixed uid, and nothing that an import would ask for. */
export interface Board {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Of the namespace and the policy: all, or exactly one. */
  readonly picks: 'all' | 'one';
  readonly rows: readonly Row[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const COLUMNS = 24;
const TAG = 'case-backup';
const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` };

export function boardJson(board: Board): string {
  const { uid, title, description, picks, rows } = board;
  const classic = {
    id: null,
    uid,
    title,
    description,
    tags: [TAG, 'backup'],
    schemaVersion: 39,
    version: 1,
    editable: false,
    graphTooltip: 1,
    fiscalYearStartMonth: 0,
    timezone: 'browser',
    weekStart: '',
    refresh: '1m',
    time: { from: 'now-30d', to: 'now' },
    timepicker: {},
    annotations: { list: [] },
    links: [
      {
        type: 'dashboards',
        title: 'Case backups',
        tags: [TAG],
        asDropdown: false,
        includeVars: true,
        keepTime: true,
        targetBlank: false,
        icon: 'external link',
        tooltip: '',
        url: '',
      },
    ],
    templating: { list: variables(picks) },
    panels: placed(rows),
  };
  return `${JSON.stringify(classic, undefined, 2)}\n`;
}

function variables(picks: Board['picks']): object[] {
  const each: Picked = picks === 'all' ? { isMany: true, allValue: '.+' } : { isMany: false };
  return [
    {
      type: 'datasource',
      name: 'datasource',
      label: 'Data source',
      query: 'prometheus',
      regex: '',
      current: {},
      options: [],
      hide: 0,
      includeAll: false,
      multi: false,
      refresh: 1,
      skipUrlSync: false,
    },
    // All is the jobs that are found, never ".+": up, workqueue_depth and the like are told by every operator.
    picked('job', 'Job', 'label_values(case_backup_build_info, job)', { isMany: true }),
    picked('namespace', 'Namespace', 'label_values(case_backup_policy_info{job=~"$job"}, namespace)', each),
    picked(
      'policy',
      'Policy',
      'label_values(case_backup_policy_info{job=~"$job", namespace=~"$namespace"}, policy)',
      each,
    ),
  ];
}

interface Picked {
  readonly isMany: boolean;
  /** What stands for all; without it, everything that is found. */
  readonly allValue?: string;
}

function picked(name: string, label: string, query: string, { isMany, ...all }: Picked): object {
  return {
    type: 'query',
    name,
    label,
    datasource: DATASOURCE,
    definition: query,
    query: { qryType: 1, query, refId: `Variable-${name}` },
    regex: '',
    current: isMany ? { selected: true, text: ['All'], value: ['$__all'] } : {},
    options: [],
    hide: 0,
    includeAll: isMany,
    ...all,
    multi: isMany,
    // 2: when the time range changes, so that a policy of last month can be picked.
    refresh: 2,
    skipUrlSync: false,
    sort: 1,
  };
}

/** Panels from left to right, a new line where the next one does not fit, each row below the one before. */
function placed(rows: readonly Row[]): object[] {
  const all: object[] = [];
  let y = 0;
  for (const row of rows) {
    all.push({
      type: 'row',
      id: all.length + 1,
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    let tallest = 0;
    for (const panel of row.panels) {
      if (x + panel.width > COLUMNS) {
        y += tallest;
        x = 0;
        tallest = 0;
      }
      all.push(panelJson(panel, all.length + 1, { x, y, w: panel.width, h: panel.height }));
      x += panel.width;
      tallest = Math.max(tallest, panel.height);
    }
    y += tallest;
  }
  return all;
}

function panelJson({ width: _, height: __, targets, type, ...panel }: Panel, id: number, gridPos: object): object {
  return {
    type,
    id,
    gridPos,
    // What its options are written for; without it Grafana takes them for those of its first releases.
    pluginVersion: '11.3.0',
    datasource: DATASOURCE,
    ...panel,
    targets: targets.map(({ expr, legend, instant = false, format = 'time_series' }, index) => ({
      refId: refId(index),
      datasource: DATASOURCE,
      editorMode: 'code',
      expr,
      format,
      instant,
      range: !instant,
      legendFormat: legend ?? '__auto',
    })),
  };
}
