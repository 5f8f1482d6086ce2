import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { CODES, readQuestion, writeAnswer } from '../../e2e/cluster/dns-message.ts';

const ADDRESSES = ['10.96.0.1', '10.231.7.255'];

describe("The name server of the tests' cluster, asked by another resolver", () => {
  const server = createSocket('udp4');
  const resolver = new Resolver({ timeout: 5_000, tries: 1 });
  before(async () => {
    server.on('message', (message, { port, address }) => {
      const question = readQuestion(message);
      if (question === undefined) return;
      const code = question.name === 'nobody.test' ? CODES.noSuchName : CODES.ok;
      const isKnown = question.name === 'postgres.office.svc.cluster.local';
      server.send(writeAnswer(question, code, isKnown && question.type === 1 ? ADDRESSES : []), port, address);
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    resolver.setServers([`127.0.0.1:${(server.address() as AddressInfo).port}`]);
  });
  after(() => {
    resolver.cancel();
    server.close();
  });

  it('gives every address of a name, in whatever case it is written', async () => {
    assert.deepEqual((await resolver.resolve4('Postgres.office.svc.cluster.local')).sort(), ADDRESSES.toSorted());
  });

  it('tells a name without such addresses from one that there is not', async () => {
    await assert.rejects(resolver.resolve6('postgres.office.svc.cluster.local'), { code: 'ENODATA' });
    await assert.rejects(resolver.resolve4('nobody.test'), { code: 'ENOTFOUND' });
  });

  it('takes no answer to be a question, nor half of one', () => {
    const question = Buffer.from('0001010000010000000000000474657374000001000100', 'hex');
    assert.equal(readQuestion(question)?.name, 'test');
    assert.equal(readQuestion(question.subarray(0, 18)), undefined);
    assert.equal(readQuestion(Buffer.alloc(0)), undefined);
  });
});
