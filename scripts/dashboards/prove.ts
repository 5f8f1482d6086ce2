import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type HttpServer, serve } from '../../src/host/http.ts';
import { createLog } from '../../src/host/log.ts';
import { OFFICES } from './proof/offices.ts';
import { controllerPage, jobPage, type Page, policiesPage } from './proof/pages.ts';
import { past } from './proof/past.ts';
import { type Prometheus, type Range, type Series, startPrometheus } from './proof/prometheus.ts';

/**
 * Asks every query of both dashboards of a real Prometheus (Debian's package), which has heard five weeks of invented
 * offices in the controller's and the job's own words. Ends with 1 when a query has no answer, or is refused. With
 * --out it also writes each board with its answers, for whoever draws it.
 */
const { values } = parseArgs({ options: { out: { type: 'string' } } });

const DAY = 86_400_000;
const INSTANCE = '10.0.0.7:8080';
/** Scrapes are a second apart. */
const HEARD_MS = 8_000;

const now = new Date();
const folder = mkdtempSync(join(tmpdir(), 'case-backup-dashboards-'));
const log = createLog('error', (line) => process.stderr.write(line));
const policies = policiesPage(now);
const controller = controllerPage(now);
const running = OFFICES.find(({ isRunning }) => isRunning) ?? OFFICES[0];
if (!running) throw new Error('no office is invented');

const servers: HttpServer[] = [];
let empty = 0;
try {
  const from = new Date(now.getTime() - 35 * DAY);
  const until = new Date(now.getTime() - 120_000);
  const controllerTarget = await served(async (at) => `${await policies(at)}\n${await controller(at)}`);
  const jobTarget = await served(jobPage(running, now));
  await using prometheus = await startPrometheus(
    folder,
    past([policies, controller], from, until, `job="case-backup",instance="${INSTANCE}"`),
    [
      { job: 'case-backup', port: controllerTarget, labels: { instance: INSTANCE } },
      { job: 'case-backup-run', port: jobTarget, labels: { instance: '10.0.0.8:8080', namespace: running.namespace } },
    ],
  );
  await new Promise((resolve) => setTimeout(resolve, HEARD_MS));
  await prove(prometheus, 'fleet', [{ namespace: '.+', policy: '.+' }]);
  await prove(
    prometheus,
    'policy',
    [running, ...OFFICES.filter((office) => office !== running)].map(({ namespace, policy }) => ({
      namespace,
      policy,
    })),
  );
} finally {
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true });
}
console.log(empty === 0 ? 'every query has an answer' : `${empty} queries have no answer`);
process.exitCode = empty === 0 ? 0 : 1;

async function served(page: Page): Promise<number> {
  const metrics = async () => ({ type: 'text/plain; version=0.0.4; charset=utf-8', body: await page(new Date()) });
  const server = await serve('127.0.0.1:0', { '/metrics': metrics }, log);
  servers.push(server);
  return server.port;
}

interface Query {
  readonly expr: string;
  readonly instant: boolean;
  result?: readonly Series[];
}

interface Drawn {
  readonly type: string;
  readonly title: string;
  readonly interval?: string;
  readonly targets?: readonly Query[];
}

/** Each query for each of the picks; one that none of them answers is empty. The answers of the first are drawn. */
async function prove(
  prometheus: Prometheus,
  name: string,
  picks: readonly { readonly namespace: string; readonly policy: string }[],
): Promise<void> {
  const file = new URL(`../../charts/case-backup/files/dashboards/${name}.json`, import.meta.url);
  const board = JSON.parse(readFileSync(file, 'utf8')) as { readonly panels: readonly Drawn[] };
  const end = Math.floor(Date.now() / 1000);
  for (const { title, targets = [], interval } of board.panels)
    for (const query of targets) {
      const when = query.instant ? { time: end } : range(end, interval);
      const answers = await Promise.all(
        picks.map(async (pick) => await prometheus.ask(filledIn(query.expr, pick), when)),
      );
      query.result = answers[0] ?? [];
      const counts = answers.map((series) => series.length);
      const isEmpty = counts.every((count) => count === 0);
      if (isEmpty) empty++;
      console.log(`${isEmpty ? 'EMPTY' : 'ok   '} ${name.padEnd(6)} ${title.padEnd(32)} ${counts.join(' ')} series`);
    }
  if (values.out === undefined) return;
  mkdirSync(values.out, { recursive: true });
  writeFileSync(
    join(values.out, `${name}.json`),
    JSON.stringify({ dash: board, from: end - (30 * DAY) / 1000, to: end }),
  );
}

function range(end: number, interval: string | undefined): Range {
  return { start: end - (30 * DAY) / 1000, end, step: interval === '1d' ? DAY / 1000 : 3_600 };
}

/** As Grafana does; the past has one sample an hour. */
function filledIn(expr: string, pick: { readonly namespace: string; readonly policy: string }): string {
  return expr
    .replaceAll('$__rate_interval', '4h')
    .replaceAll('$__interval', '1d')
    .replaceAll('$job', 'case-backup')
    .replaceAll('$namespace', pick.namespace)
    .replaceAll('$policy', pick.policy);
}
