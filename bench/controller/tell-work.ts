import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Counter, type Metric, Registry } from 'prom-client';
import { readRequest } from '../../test/cluster/proxied-request.ts';
import { LOOKS_APART, type Work } from './work.ts';

/**
 * Loaded with --import in front of the controller as it is: tells on file descriptor 3, a line of JSON each time, what
 * it has done so far. Its /metrics say the same, but with a thousand policies a page of them costs as much as looking at
 * all of them, and a proxy that counts would take a core of its own.
 */
const WORK_DESCRIPTOR = 3;
const TELL_MS = 50;
const LOOKS = 'controller_runtime_reconcile_total';

const calls: Record<string, number> = {};
const looksAt: number[] = [];
let looks = 0;
let at = Date.now();
let told = 0;

function countLooks(counter: Counter): void {
  const { inc } = counter;
  counter.inc = ((...labelsAndValue: readonly unknown[]) => {
    Reflect.apply(inc, counter, labelsAndValue);
    // With a value, 0, it only makes the series be there.
    if (labelsAndValue.length > 1) return;
    at = Date.now();
    if (looks === 0 || (looks + 1) % LOOKS_APART === 0) looksAt.push(at);
    looks++;
  }) as typeof inc;
}

const { registerMetric } = Registry.prototype;
Registry.prototype.registerMetric = function (this: Registry, metric: Metric) {
  registerMetric.call(this, metric);
  const isLooks = (metric as { readonly name?: string }).name === LOOKS;
  // Its constructor, which calls this, has yet to give it its own `inc`.
  if (isLooks) setTimeout(() => countLooks(metric as Counter)).unref();
};

subscribe('http.client.request.start', (message) => {
  const { request } = message as { readonly request: ClientRequest };
  const asked = { method: request.method, url: request.path, headers: request.getHeaders() };
  const { verb, resource, subresource } = readRequest(asked as unknown as IncomingMessage, 0);
  const what = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
  calls[what] = (calls[what] ?? 0) + 1;
  // A leader renews its Lease for ever.
  if (resource !== 'leases') at = Date.now();
});

setInterval(() => {
  if (at === told) return;
  told = at;
  writeSync(WORK_DESCRIPTOR, `${JSON.stringify({ at, looks, looksAt, calls } satisfies Work)}\n`);
}, TELL_MS).unref();
