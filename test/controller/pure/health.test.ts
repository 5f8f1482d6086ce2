import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Registry } from 'prom-client';
import type { Caches } from '../../../src/controller/caches.ts';
import { healthPages } from '../../../src/controller/health.ts';
import { steppedClock } from '../../store/stepped-clock.ts';

const MINUTE = 60_000;

function scene() {
  const clock = steppedClock();
  const contacts = new Map<string, number | undefined>([
    ['jobs', undefined],
    ['pods', undefined],
  ]);
  let isReady = false;
  const refusals = new Map<string, string>();
  const caches = {
    isReady: () => isReady,
    namespaces: () => [...refusals].map(([namespace, refusal]) => ({ namespace, isServed: false, refusal })),
    contacts: () => [...contacts].map(([resource, at]) => ({ resource, namespace: 'cases', at })),
  } as unknown as Caches;
  const pages = healthPages(caches, new Registry(), clock);
  const page = async (path: string) => {
    const { status = 200, body } = (await pages[path]?.()) ?? assert.fail(`no ${path}`);
    return `${status} ${body.trim()}`;
  };
  return {
    clock,
    page,
    hear: (resource: string) => contacts.set(resource, clock.elapsed()),
    refuse: (namespace: string, words: string) => void refusals.set(namespace, words),
    sync: () => {
      isReady = true;
    },
  };
}

describe('The pages of the controller', () => {
  it('say ready when the first lists are in', async () => {
    const { page, sync } = scene();
    assert.equal(await page('/readyz'), '503 the first lists are not in yet');
    sync();
    assert.equal(await page('/readyz'), '200 ok');
  });

  it('name a namespace that is not served, and are ready for the others', async () => {
    const { page, refuse, sync } = scene();
    refuse('archive', 'list jobs in archive: forbidden');
    assert.match(await page('/readyz'), /^503 the first lists are not in yet; archive is not served: /);
    sync();
    assert.equal(await page('/readyz'), '200 ok; archive is not served: list jobs in archive: forbidden');
  });

  it('say healthy while every watch has had a sign of life within five minutes, a new one included', async () => {
    const { clock, page, hear } = scene();
    assert.equal(await page('/healthz'), '200 ok');
    clock.advance(4 * MINUTE);
    hear('jobs');
    assert.equal(await page('/healthz'), '200 ok');
  });

  it('name the watch that has been silent for longer', async () => {
    const { clock, page, hear } = scene();
    clock.advance(4 * MINUTE);
    hear('jobs');
    clock.advance(MINUTE + 1);
    assert.equal(await page('/healthz'), '503 no sign of life from the API server for five minutes: pods in cases');
    hear('pods');
    assert.equal(await page('/healthz'), '200 ok');
  });
});
