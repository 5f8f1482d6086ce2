import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { freePort } from '../../../test/support/free-port.ts';

export interface Target {
  readonly job: string;
  readonly port: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

export interface Prometheus extends AsyncDisposable {
  /** One answer at an instant, or one for each step of a range. Throws what Prometheus says of a wrong query. */
  ask(query: string, when: { readonly time: number } | Range): Promise<readonly Series[]>;
}

export interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** A Prometheus on loopback that knows a past, in a folder that is its caller's, and asks targets every second. */
export async function startPrometheus(
  folder: string,
  past: AsyncIterable<string>,
  targets: readonly Target[],
): Promise<Prometheus> {
  await takeIn(folder, past);
  writeFileSync(join(folder, 'alerts.json'), JSON.stringify({ groups: [{ name: 'shipped', rules: shippedAlerts() }] }));
  // The past has one sample an hour.
  return await runPrometheus(folder, configuration(targets), '--query.lookback-delta=90m');
}

/** A Prometheus on loopback, with its files in a folder that is its caller's. */
export async function runPrometheus(folder: string, configured: object, ...flags: string[]): Promise<Prometheus> {
  const port = await freePort();
  writeFileSync(join(folder, 'prometheus.json'), JSON.stringify(configured));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.json')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--storage.tsdb.retention.time=60d',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
      ...flags,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const origin = `http://127.0.0.1:${port}`;
  await ready(origin, ended);
  return {
    ask: (query, when) => ask(origin, query, when),
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

async function takeIn(folder: string, past: AsyncIterable<string>): Promise<void> {
  const file = join(folder, 'past.txt');
  await pipeline(Readable.from(past), createWriteStream(file));
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=480h', file, join(folder, 'data')];
  const { status, stderr, error } = spawnSync('promtool', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`promtool takes in no past: ${error?.message ?? stderr}`);
}

const configuration = (targets: readonly Target[]): object => ({
  global: { scrape_interval: '1s', evaluation_interval: '1s' },
  rule_files: ['alerts.json'],
  scrape_configs: targets.map(({ job, port, labels }, index) => ({
    // Two targets may be of one job.
    job_name: `${job}-${index}`,
    honor_labels: true,
    static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { job, ...labels } }],
  })),
});

/** The chart's own alerts about policies, without the time that they wait. */
function shippedAlerts(): object[] {
  const folder = fileURLToPath(new URL('../../../charts/case-backup/files/alerts/', import.meta.url));
  return globSync('*.yaml', { cwd: folder })
    .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>)
    .filter(({ alert, group }) => alert !== undefined && group === 'policies')
    .map(({ alert, expr, labels }) => ({ alert, expr, labels }));
}

async function ready(origin: string, ended: Promise<unknown[]>): Promise<void> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  for (;;) {
    const answer = await fetch(`${origin}/-/ready`).catch(() => undefined);
    if (answer?.ok) return;
    if (isOver) throw new Error('prometheus ended before it was ready');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function ask(origin: string, query: string, when: { readonly time: number } | Range): Promise<readonly Series[]> {
  const path = 'time' in when ? 'query' : 'query_range';
  const parameters = Object.fromEntries(Object.entries(when).map(([name, value]) => [name, String(value)]));
  const response = await fetch(`${origin}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams({ query, ...parameters }),
  });
  const answer = (await response.json()) as { readonly error?: string; readonly data?: { result: readonly Series[] } };
  if (answer.error !== undefined || !answer.data) throw new Error(`${answer.error}: ${query}`);
  return answer.data.result;
}
