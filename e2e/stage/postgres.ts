import { runSql, TEST_PASSWORD } from '../../test/support/postgres.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { POSTGRES_IMAGE } from '../images/images.ts';
import { kubectlOf } from './kubectl.ts';
import { addressOf, applyAll, OFFICE, RESTRICTED, serviceFor } from './office-objects.ts';
import { claimOf, volumeFor } from './volume.ts';

export interface Postgres {
  /** What a Secret of the product has to hold. */
  readonly secret: Readonly<Record<string, string>>;
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Deletes its pod; what it has stored stays on its volume. */
  takeAway(): Promise<void>;
  /** Resolves when it is ready. */
  bringBack(): Promise<void>;
}

const USER = 70;

export async function startPostgres({ plane, places }: Cluster): Promise<Postgres> {
  const claim = { name: 'postgres', namespace: OFFICE };
  await applyAll(plane, [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'postgres', namespace: OFFICE },
      stringData: { password: TEST_PASSWORD },
    },
    serviceFor('postgres', [5432]),
    claimOf(claim),
    volumeFor(claim, places, USER),
    pod(),
  ]);
  const url = (host: string): string =>
    `postgresql://postgres:${encodeURIComponent(TEST_PASSWORD)}@${host}:5432/postgres`;
  let address = await addressOf(plane, 'postgres');
  return {
    secret: { DATABASE_URL: url(`postgres.${OFFICE}.svc.cluster.local`) },
    sql: (text, values) => runSql(url(address), text, values),
    async takeAway() {
      await kubectlOf(plane)(['delete', 'pod', 'postgres', '-n', OFFICE]);
    },
    async bringBack() {
      await applyAll(plane, [pod()]);
      address = await addressOf(plane, 'postgres');
    },
  };
}

const pod = (): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'postgres', namespace: OFFICE, labels: { app: 'postgres' } },
  spec: {
    ...RESTRICTED.pod(USER),
    containers: [
      {
        name: 'postgres',
        image: POSTGRES_IMAGE,
        imagePullPolicy: 'Never',
        env: [{ name: 'POSTGRES_PASSWORD_FILE', value: '/password/password' }],
        readinessProbe: { exec: { command: ['pg_isready', '-q', '-h', '127.0.0.1'] }, periodSeconds: 1 },
        securityContext: RESTRICTED.container,
        volumeMounts: [
          { name: 'password', mountPath: '/password', readOnly: true },
          { name: 'data', mountPath: '/data' },
        ],
      },
    ],
    volumes: [
      { name: 'password', secret: { secretName: 'postgres' } },
      { name: 'data', persistentVolumeClaim: { claimName: 'postgres' } },
    ],
  },
});
