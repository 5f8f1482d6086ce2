import { DROPBOX_IMAGE } from '../images/images.ts';
import { OFFICE, RESTRICTED } from './office-objects.ts';
import type { Stage } from './stage.ts';

/** A pod of the office that does nothing by itself, for looking at the cluster from within. */
export async function visitor(stage: Stage, name: string, labels: object = {}): Promise<Visitor> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: OFFICE, labels },
    spec: {
      ...RESTRICTED.pod(10001),
      containers: [
        {
          name: 'visitor',
          image: DROPBOX_IMAGE,
          imagePullPolicy: 'Never',
          command: ['/usr/bin/node', '-e', 'setInterval(() => {}, 1e6)'],
          securityContext: RESTRICTED.container,
        },
      ],
    },
  };
  await stage.kubectl(['apply', '-f', '-'], JSON.stringify(pod));
  await stage.kubectl(['wait', `pod/${name}`, '-n', OFFICE, '--for=condition=Ready', '--timeout=120s']);
  return { namespace: OFFICE, pod: name };
}

export interface Visitor {
  readonly namespace: string;
  readonly pod: string;
}

/** What a connection from that pod comes to: `open`, or the code of its error; `silence` after three seconds. */
export async function connects({ kubectl }: Stage, from: Visitor, host: string, port: number): Promise<string> {
  const program = `
    const socket = require('node:net').connect({ host: '${host}', port: ${port}, timeout: 3000 });
    const say = (word) => { console.log(word); process.exit(); };
    socket.on('connect', () => say('open')).on('error', ({ code }) => say(code)).on('timeout', () => say('silence'));`;
  const said = await kubectl(['exec', '-n', from.namespace, from.pod, '--', 'node', '-e', program]);
  return said.trim();
}
