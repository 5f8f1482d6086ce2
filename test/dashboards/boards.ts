import { readFileSync } from 'node:fs';

/** What the tests look at in a dashboard's JSON. */
export interface Classic {
  readonly uid: string;
  readonly editable: boolean;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly PanelJson[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly datasource?: { readonly uid: string };
  readonly refresh: number;
  readonly multi: boolean;
  readonly includeAll: boolean;
  readonly allValue?: string;
}

export interface PanelJson {
  readonly type: string;
  readonly id: number;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly interval?: string;
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  readonly fieldConfig?: {
    readonly defaults: Field;
    readonly overrides: readonly {
      readonly matcher: { readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
  readonly transformations?: readonly { readonly id: string; readonly options: Organized }[];
}

interface Organized {
  readonly renameByName?: Readonly<Record<string, string>>;
}

export interface Field {
  readonly unit?: string;
  readonly mappings?: readonly { readonly type: string; readonly options: object }[];
  readonly thresholds?: { readonly steps: readonly { readonly color: string }[] };
}

export const NAMES = ['fleet', 'policy'] as const;

/** As the chart ships it. */
export const textOf = (name: string): string =>
  readFileSync(new URL(`../../charts/case-backup/files/dashboards/${name}.json`, import.meta.url), 'utf8');

export const BOARDS: readonly { readonly name: string; readonly board: Classic }[] = NAMES.map((name) => ({
  name,
  board: JSON.parse(textOf(name)) as Classic,
}));

export const panelsOf = (board: Classic): PanelJson[] => board.panels.filter(({ type }) => type !== 'row');

export const queriesOf = (board: Classic): { readonly panel: PanelJson; readonly expr: string }[] =>
  panelsOf(board).flatMap((panel) => (panel.targets ?? []).map(({ expr }) => ({ panel, expr })));

/** The query of a panel as Grafana would send it, for whatever is picked. */
export const filledIn = (expr: string): string =>
  expr
    .replaceAll('$__rate_interval', '4h')
    .replaceAll('$__interval', '1d')
    .replaceAll(/\$(job|namespace|policy)\b/g, '.+');

/** Metric names of a query: every selector of ours has braces. */
export const metricsIn = (expr: string): string[] =>
  [...expr.matchAll(/([a-zA-Z_:][\w:]*)\{/g)].map(([, name = '']) => name);
