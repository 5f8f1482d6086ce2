import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BOARDS, type Field, type PanelJson, panelsOf, queriesOf, textOf } from './boards.ts';

/**
 * Grafana's own linter (grafana/dashboard-linter) as sentences, as far as its rules fit: policies have no meaningful
 * `instance`, so its two rules about that label are left out.
 */
const DATASOURCE = `\${datasource}`;

/** Alerts bear the labels of what they are about; and what only a run's pod tells is of another job than the controller's. */
const WITHOUT_JOB = /^(ALERTS|case_backup_run_(stage|bytes|files)|case_backup_dropbox_\w+)$/;

for (const { name, board } of BOARDS)
  describe(`The dashboard ${name}`, () => {
    const panels = panelsOf(board);
    const faults = (isFaulty: (panel: PanelJson) => boolean): string[] =>
      panels.filter(isFaulty).map(({ title }) => title);
    const queries = queriesOf(board);
    const badQueries = (isFaulty: (expr: string, panel: PanelJson) => boolean): string[] =>
      queries.filter(({ expr, panel }) => isFaulty(expr, panel)).map(({ expr }) => expr);
    const variable = (called: string) =>
      board.templating.list.find((one) => one.name === called) ?? assert.fail(`no variable ${called}`);

    it('is for a sidecar: classic, with a fixed uid, not to be edited, and nothing that an import would ask for', () => {
      assert.equal(board.uid, `case-backup-${name}`);
      assert.equal(board.schemaVersion, 39);
      assert.equal(board.editable, false);
      assert.doesNotMatch(textOf(name), /__inputs|__requires|DS_PROMETHEUS/);
    });

    it('has panels that each ask something', () => {
      assert.ok(panels.length > 15);
      assert.deepEqual(
        faults(({ targets = [] }) => targets.length === 0 || targets.some(({ expr }) => expr === '')),
        [],
      );
    });

    it('says in every panel what it shows, and names no two alike', () => {
      assert.deepEqual(
        faults(({ title, description = '' }) => title === '' || !/^.{20,}\.$/s.test(description)),
        [],
      );
      assert.deepEqual(
        board.panels.map(({ id }) => id),
        [...new Set(board.panels.map(({ id }) => id))],
      );
    });

    it('gives every figure a unit', () => {
      assert.deepEqual(
        faults(({ fieldConfig }) => !fieldConfig?.defaults.unit),
        [],
      );
      const columns = panels.filter(({ type }) => type === 'table').flatMap(columnsOf);
      assert.deepEqual(
        columns.filter(({ unit }) => unit === undefined),
        [],
      );
    });

    it('asks the data source that is picked, and no other', () => {
      assert.equal(variable('datasource').type, 'datasource');
      assert.equal(variable('datasource').label, 'Data source');
      assert.deepEqual(
        faults(
          ({ datasource, targets = [] }) =>
            datasource?.uid !== DATASOURCE || targets.some((target) => target.datasource.uid !== DATASOURCE),
        ),
        [],
      );
    });

    it('lets one pick the jobs of controllers, and takes no other for one when all are picked', () => {
      const { label, type, multi, includeAll, allValue, datasource } = variable('job');
      assert.deepEqual(
        { label, type, multi, includeAll, allValue, uid: datasource?.uid },
        { label: 'Job', type: 'query', multi: true, includeAll: true, allValue: undefined, uid: DATASOURCE },
      );
    });

    it('looks for new namespaces and policies when the time range changes', () => {
      for (const each of ['job', 'namespace', 'policy']) assert.equal(variable(each).refresh, 2, each);
    });

    it('asks for the picked jobs in every selector', () => {
      const selectors = queries.flatMap(({ expr }) => [...expr.matchAll(/(\w+)\{([^}]*)\}/g)]);
      assert.ok(selectors.length >= queries.length);
      assert.deepEqual(
        selectors
          .filter(([, metric = '', matchers = '']) => !WITHOUT_JOB.test(metric) && !matchers.includes('job=~"$job"'))
          .map(([selector]) => selector),
        [],
      );
    });

    it('takes counters for what they are, over a range that fits the scrapes', () => {
      assert.deepEqual(
        badQueries((expr) => /_total\{/.test(expr.replaceAll(/(rate|increase)\(\w+\{[^}]*\}\[[^\]]+\]\)/g, ''))),
        [],
      );
      assert.deepEqual(
        badQueries((expr, { interval }) =>
          [...expr.matchAll(/(?:rate|increase)\([^[]*\[([^\]]+)\]/g)].some(
            ([, range]) => range !== '$__rate_interval' && !(range === '$__interval' && interval !== undefined),
          ),
        ),
        [],
      );
    });

    it('tells nothing by colour alone', () => {
      const coloured = panels.flatMap((panel) => [
        { title: panel.title, field: panel.fieldConfig?.defaults ?? {} },
        ...columnsOf(panel).map((field) => ({ title: `${panel.title} / ${field.title}`, field })),
      ]);
      assert.ok(coloured.length > 15);
      for (const { title, field } of coloured) {
        assert.ok(!isColoured(field) || wordsOf(field).length > 0, `${title} has colours and no words`);
        for (const { text, color } of wordsOf(field)) assert.ok(color === 'text' || text.trim() !== '', title);
      }
    });

    it('fits the 24 columns, nothing over anything else', () => {
      const taken = new Map<string, string>();
      for (const { title, gridPos } of board.panels) {
        assert.ok(gridPos.x + gridPos.w <= 24, title);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            assert.equal(taken.get(`${x} ${y}`), undefined, `${title} lies over another panel`);
            taken.set(`${x} ${y}`, title);
          }
      }
    });
  });

/** The fields of a table's columns, by their titles. */
function columnsOf({ fieldConfig, transformations = [] }: PanelJson): (Field & { readonly title: string })[] {
  const renamed = transformations.find(({ id }) => id === 'organize')?.options.renameByName ?? {};
  const titles = Object.entries(renamed)
    .filter(([from]) => from.startsWith('Value'))
    .map(([, title]) => title);
  return titles.map((title) => {
    const properties = fieldConfig?.overrides
      .filter(({ matcher }) => matcher.options === title)
      .flatMap((override) => override.properties.map(({ id, value }) => [id, value] as const));
    return { title, ...Object.fromEntries(properties ?? []) };
  });
}

/** A duration, a size or a part is read as it stands; a bare number with colours stands for something that has a name. */
const isColoured = ({ unit, thresholds }: Field): boolean => unit === 'none' && (thresholds?.steps.length ?? 0) > 1;

const wordsOf = ({ mappings = [] }: Field): { readonly text: string; readonly color: string }[] =>
  mappings.flatMap(({ type, options }) =>
    type === 'value' ? Object.values(options) : [(options as { result: never }).result],
  );
