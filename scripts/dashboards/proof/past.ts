import type { Page } from './pages.ts';

const HOUR = 3_600_000;

/**
 * What Prometheus would have heard so far, once an hour, as OpenMetrics for `promtool tsdb create-blocks-from`. Without
 * the lines of TYPE and HELP: they would have to stand once, before all samples of their metric.
 */
export async function* past(pages: readonly Page[], from: Date, to: Date, labels: string): AsyncGenerator<string> {
  for (let at = from.getTime(); at <= to.getTime(); at += HOUR) {
    for (const page of pages)
      for (const line of (await page(new Date(at))).split('\n'))
        if (line !== '' && !line.startsWith('#')) yield `${labelled(line, labels)} ${at / 1000}\n`;
    yield `up{${labels}} 1 ${at / 1000}\n`;
  }
  yield '# EOF\n';
}

const labelled = (line: string, labels: string): string => {
  const [, name = '', own, value = ''] = /^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  return `${name}{${labels}${own ? `,${own}` : ''}} ${value}`;
};
