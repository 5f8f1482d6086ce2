// `helm test`: asks the controller, by its Service, whether it is ready, and whether /metrics tells its version.
const origin = process.env.CONTROLLER;

const ready = await page('/readyz');
if (ready.status !== 200) fail(`/readyz says ${ready.status}: ${ready.text}`);
const metrics = await page('/metrics');
const build = metrics.text.split('\n').find((line) => line.startsWith('case_backup_build_info{'));
if (build === undefined) fail('/metrics has no case_backup_build_info');
if (process.exitCode === undefined) process.stdout.write(`the controller is ready: ${build}\n`);

async function page(path) {
  const response = await fetch(`${origin}${path}`, { signal: AbortSignal.timeout(10_000) });
  return { status: response.status, text: await response.text() };
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
