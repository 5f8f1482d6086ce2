import { fieldDefaults, fieldProperties, type Look, type Property } from './look.ts';

/**
 * The few panels that the boards are made of, as Grafana's classic JSON has them (schemaVersion 39, Grafana 11.3 and
 * newer). Where a panel stands is the board's business. No SDK: Grafana's own is still at 0.0.21, and what
 * is needed of it is this file.
 */
export interface Panel {
  readonly type: 'stat' | 'table' | 'timeseries' | 'state-timeline';
  readonly title: string;
  /** What it shows, and what to make of it. */
  readonly description: string;
  /** Of the 24 columns. */
  readonly width: number;
  readonly height: number;
  readonly targets: readonly Target[];
  readonly fieldConfig: { readonly defaults: object; readonly overrides: readonly Override[] };
  readonly options: object;
  readonly transformations?: readonly object[];
  /** Shortest step of its queries: a day, where each night is to count once. */
  readonly interval?: string;
}

export interface Target {
  readonly expr: string;
  /** Name of a series, `{{label}}` filled in. */
  readonly legend?: string;
  readonly instant?: boolean;
  readonly format?: 'table';
}

interface Override {
  readonly matcher: { readonly id: 'byName'; readonly options: string };
  readonly properties: readonly Property[];
}

interface Basics {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height?: number;
}

const byName = (name: string, properties: readonly Property[]): Override => ({
  matcher: { id: 'byName', options: name },
  properties,
});

/** One figure as it is now, or one for each series with its name. */
export function tile({ expr, legend, look, height = 4, ...basics }: Basics & Target & { readonly look: Look }): Panel {
  return {
    type: 'stat',
    ...basics,
    height,
    targets: [{ expr, instant: true, ...(legend === undefined ? {} : { legend }) }],
    fieldConfig: { defaults: fieldDefaults(look), overrides: [] },
    options: {
      colorMode: 'value',
      graphMode: 'none',
      justifyMode: 'auto',
      orientation: 'auto',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      textMode: legend === undefined ? 'value' : 'value_and_name',
      wideLayout: true,
    },
  };
}

export interface Column {
  readonly title: string;
  readonly expr: string;
  readonly look: Look;
  /** The look as a bar from `min` to `max` instead of text. */
  readonly isBar?: boolean;
}

interface Rows extends Basics {
  /** The labels that make a row, and the titles of their columns. */
  readonly rows: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  /** Titles of the columns that the rows are sorted by, the largest first. */
  readonly sortBy: readonly string[];
  /** Where the column of a title leads. */
  readonly link?: { readonly column: string; readonly title: string; readonly url: string };
  readonly noRows: string;
}

/** One row for each set of labels, one column for each query; the first column comes before the labels. */
export function table({ rows, columns, sortBy, link, noRows, height = 10, ...basics }: Rows): Panel {
  const values = columns.map((_, index) => (columns.length === 1 ? 'Value' : `Value #${refId(index)}`));
  const [first = '', ...others] = values;
  const order = [first, ...Object.keys(rows), ...others];
  return {
    type: 'table',
    ...basics,
    height,
    targets: columns.map(({ expr }) => ({ expr, instant: true, format: 'table' })),
    fieldConfig: {
      defaults: {
        ...fieldDefaults({ unit: 'none', noValue: noRows }),
        custom: { align: 'left', cellOptions: { type: 'color-text' }, filterable: true },
      },
      overrides: [
        ...columns.map(({ title, look, isBar }) =>
          byName(title, [
            ...fieldProperties(look),
            ...(isBar ? [{ id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } }] : []),
          ]),
        ),
        ...(link ? [byName(link.column, [{ id: 'links', value: [{ title: link.title, url: link.url }] }])] : []),
      ],
    },
    options: {
      cellHeight: 'sm',
      footer: { show: false, countRows: false, fields: '', reducer: ['sum'] },
      showHeader: true,
      sortBy: sortBy.map((displayName) => ({ displayName, desc: true })),
    },
    transformations: [
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true },
          indexByName: Object.fromEntries(order.map((name, index) => [name, index])),
          renameByName: { ...rows, ...Object.fromEntries(values.map((name, i) => [name, columns[i]?.title])) },
        },
      },
    ],
  };
}

interface Lines extends Basics {
  readonly targets: readonly Target[];
  readonly look: Look;
  readonly draw?: 'lines' | 'steps' | 'bars';
  readonly isStacked?: boolean;
  /** A colour that a series has in every panel, by its name. */
  readonly colours?: Readonly<Record<string, string>>;
  readonly interval?: string;
}

/** Figures over time. What lasts from one night to the next is drawn in steps. */
export function lines(panel: Lines): Panel {
  const { look, draw = 'lines', isStacked = false, colours = {}, height = 8, ...rest } = panel;
  return {
    type: 'timeseries',
    ...rest,
    height,
    fieldConfig: {
      defaults: {
        ...fieldDefaults(look),
        color: { mode: 'palette-classic' },
        custom: {
          axisBorderShow: false,
          axisPlacement: 'auto',
          drawStyle: draw === 'bars' ? 'bars' : 'line',
          fillOpacity: draw === 'bars' ? 80 : isStacked ? 30 : 0,
          lineInterpolation: draw === 'steps' ? 'stepAfter' : 'linear',
          lineWidth: draw === 'bars' ? 0 : 2,
          showPoints: 'never',
          spanNulls: false,
          stacking: { group: 'A', mode: isStacked ? 'normal' : 'none' },
          thresholdsStyle: { mode: look.steps ? 'dashed' : 'off' },
        },
      },
      overrides: Object.entries(colours).map(([name, fixedColor]) =>
        byName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor } }]),
      ),
    },
    options: {
      legend: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

/** States over time, each told by its word within its stretch. */
export function timeline({
  expr,
  legend,
  look,
  height = 8,
  ...basics
}: Basics & Target & { readonly look: Look }): Panel {
  return {
    type: 'state-timeline',
    ...basics,
    height,
    targets: [{ expr, ...(legend === undefined ? {} : { legend }) }],
    fieldConfig: {
      defaults: {
        ...fieldDefaults(look),
        color: { mode: 'thresholds' },
        custom: { fillOpacity: 70, lineWidth: 0, spanNulls: false },
      },
      overrides: [],
    },
    options: {
      alignValue: 'left',
      legend: { displayMode: 'list', placement: 'bottom', showLegend: false },
      mergeValues: true,
      rowHeight: 0.9,
      showValue: 'auto',
      tooltip: { mode: 'single', sort: 'none' },
    },
  };
}

/** A, B, C … Z: no panel has more queries. */
export const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);
