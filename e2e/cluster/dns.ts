import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, connectAsAdmin } from '../../test/cluster/api-client.ts';
import { A, CODES, type Question, readQuestion, writeAnswer } from './dns-message.ts';
import { DNS_PORT, DOMAIN, NODE_ADDRESS } from './places.ts';

/**
 * The cluster's name server: `node dns.ts URL CERTIFICATES`. It asks the API server at each question, so what it says is
 * never old while there is one. CoreDNS would say the same and take three minutes to build; what makes names in pods what they are, the
 * Service before it, the search list and its ndots, is Kubernetes' own here. Foreign names fail at once: nothing leaves
 * the machine.
 */
interface Service {
  readonly spec: { readonly clusterIP?: string };
}
interface Slice {
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly hostname?: string;
    readonly conditions?: { readonly ready?: boolean };
  }[];
}

/** `service.namespace.svc.cluster.local`, and below a Service without an address also its pods by host name. */
const IN_CLUSTER = new RegExp(`^(?:([^.]+)\\.)?([^.]+)\\.([^.]+)\\.svc\\.${DOMAIN.replace('.', '\\.')}$`);

async function answerTo(api: ApiClient, question: Question): Promise<Buffer> {
  const { name, type } = question;
  if (!name.endsWith(`.${DOMAIN}`)) return writeAnswer(question, CODES.serverFailure);
  const addresses = await lookUp(api, name);
  if (addresses === undefined) return writeAnswer(question, CODES.noSuchName);
  return writeAnswer(question, CODES.ok, type === A ? addresses : []);
}

/** Resolvers ask again after five seconds. */
const PATIENCE_MS = 2_000;
const heard = new Map<string, string[] | undefined>();

/** Without the API server what was heard last holds on, as in CoreDNS. */
async function lookUp(api: ApiClient, name: string): Promise<string[] | undefined> {
  const asked = addressesOf(api, name);
  const noted = asked.then((addresses) => void heard.set(name, addresses));
  if (!heard.has(name)) await noted;
  else await Promise.race([noted.catch(() => undefined), delay(PATIENCE_MS)]);
  return heard.get(name);
}

/** Undefined where there is no such name. */
async function addressesOf(api: ApiClient, name: string): Promise<string[] | undefined> {
  const [, host, service, namespace] = IN_CLUSTER.exec(name) ?? [];
  if (service === undefined || namespace === undefined) return undefined;
  const found = await api.find<Service>(`/api/v1/namespaces/${namespace}/services/${service}`);
  if (found === undefined) return undefined;
  const { clusterIP } = found.spec;
  if (clusterIP !== undefined && clusterIP !== 'None') return host === undefined ? [clusterIP] : undefined;
  const slices = await api.list<Slice>(
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=kubernetes.io/service-name=${service}`,
  );
  const endpoints = slices
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ hostname, conditions }) => (host === undefined || hostname === host) && conditions?.ready !== false);
  return host !== undefined && endpoints.length === 0 ? undefined : endpoints.flatMap(({ addresses }) => addresses);
}

async function reply(api: ApiClient, message: Buffer): Promise<Buffer | undefined> {
  const question = readQuestion(message);
  if (question === undefined) return undefined;
  try {
    return await answerTo(api, question);
  } catch (error) {
    // The API server is away, as it may be in a test.
    console.error(`${question.name}: ${error instanceof Error ? error.message : error}`);
    return writeAnswer(question, CODES.serverFailure);
  }
}

async function serve(api: ApiClient): Promise<void> {
  const udp = createSocket('udp4');
  udp.on('message', (message, from) => {
    reply(api, message)
      .then((answer) => answer && udp.send(answer, from.port, from.address))
      .catch(console.error);
  });
  udp.bind(DNS_PORT, NODE_ADDRESS);
  await once(udp, 'listening');
  // One question a connection, of which the length comes first.
  const tcp = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (data: Buffer) => {
      reply(api, data.subarray(2))
        .then((answer) => {
          if (answer === undefined) return socket.destroy();
          const length = Buffer.alloc(2);
          length.writeUInt16BE(answer.length);
          return socket.end(Buffer.concat([length, answer]));
        })
        .catch(console.error);
    });
  });
  tcp.listen(DNS_PORT, NODE_ADDRESS);
  await once(tcp, 'listening');
}

const [url = '', certificates = ''] = process.argv.slice(2);
await serve(connectAsAdmin(url, certificates));
