import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { runSql, TEST_PASSWORD } from '../../test/support/postgres.ts';
import { POSTGRES_IMAGE } from '../images/images.ts';
import { addressOf, applyAll, OFFICE, RESTRICTED, serviceFor } from './office-objects.ts';

export interface Postgres {
  /** What a Secret of the product has to hold. */
  readonly secret: Readonly<Record<string, string>>;
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

const USER = 70;

export async function startPostgres(plane: ControlPlane): Promise<Postgres> {
  await applyAll(plane, [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'postgres', namespace: OFFICE },
      stringData: { password: TEST_PASSWORD },
    },
    serviceFor('postgres', [5432]),
    pod(),
  ]);
  const url = (host: string): string =>
    `postgresql://postgres:${encodeURIComponent(TEST_PASSWORD)}@${host}:5432/postgres`;
  const address = await addressOf(plane, 'postgres');
  return {
    secret: { DATABASE_URL: url(`postgres.${OFFICE}.svc.cluster.local`) },
    sql: (text, values) => runSql(url(address), text, values),
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
      { name: 'data', emptyDir: {} },
    ],
  },
});
