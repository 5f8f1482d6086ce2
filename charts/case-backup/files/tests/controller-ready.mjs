// `helm test`: asks the controller, by its Service, whether it is ready, and whether /metrics tells its version.
import { setTimeout as delay } from 'node:timers/promises';

const origin = process.env.CONTROLLER;
/** A NetworkPolicy lets a new pod through once the cluster's network has heard of it. */
const PATIENCE_MS = 15_000;
const start = performance.now();

const ready = await page('/readyz');
if (ready.status !== 200) fail(`/readyz says ${ready.status}: ${ready.text}`);
const metrics = await page('/metrics');
const build = metrics.text.split('\n').find((line) => line.startsWith('case_backup_build_info{'));
if (build === undefined) fail('/metrics has no case_backup_build_info');
process.stdout.write(`the controller is ready: ${build}\n`);

async function page(path) {
  try {
    const response = await fetch(`${origin}${path}`, { signal: AbortSignal.timeout(10_000) });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    if (performance.now() - start > PATIENCE_MS)
      fail(`${origin}${path} can't be reached (${error.cause?.code ?? error.name}): does a NetworkPolicy forbid it?`);
    await delay(500);
    return page(path);
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
