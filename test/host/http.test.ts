import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type HttpServer, serve } from '../../src/host/http.ts';
import { collectingLog } from '../kube/collecting-log.ts';

const PIECES = 500;

function* pieces(breaksAt = Number.POSITIVE_INFINITY): Generator<string> {
  for (let i = 0; i < PIECES; i++) {
    if (i === breaksAt) throw new Error('a piece can not be made');
    yield `${'x'.repeat(9_999)}\n`;
  }
}

describe('A page that is made as it is sent', () => {
  let server: HttpServer;
  const log = collectingLog();
  before(async () => {
    const page = (more: Iterable<string>) => async () => ({ type: 'text/plain', body: 'first\n', more });
    const never = () => Promise.reject(new Error('the disk is on fire'));
    server = await serve(
      '127.0.0.1:0',
      { '/whole': page(pieces()), '/broken': page(pieces(PIECES / 2)), '/never': never, '/slow': page(pieces()) },
      log,
    );
  });
  after(() => server.close());

  it('arrives whole, behind its body', async () => {
    const text = await (await fetch(`http://127.0.0.1:${server.port}/whole`)).text();
    assert.ok(text.startsWith('first\nxxx'));
    assert.equal(text.length, 'first\n'.length + PIECES * 10_000);
  });

  it('is no page when it breaks in the middle', async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/broken`);
    assert.equal(response.status, 200);
    await assert.rejects(response.text());
    assert.deepEqual(log.lines, ['error page not served: a piece can not be made']);
  });

  it('is refused when it can not even begin', async () => {
    log.lines.length = 0;
    assert.equal((await fetch(`http://127.0.0.1:${server.port}/never`)).status, 500);
    assert.deepEqual(log.lines, ['error page not served: the disk is on fire']);
  });

  it('is nobody’s fault when its reader leaves', async () => {
    log.lines.length = 0;
    const response = await fetch(`http://127.0.0.1:${server.port}/slow`);
    await response.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(log.lines, []);
  });
});
