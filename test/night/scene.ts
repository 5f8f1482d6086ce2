import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INSTALLATION_ANNOTATION } from '../../src/api/kubernetes-names.ts';
import { type Policy, type PolicySpec, policySchema } from '../../src/api/policy.ts';
import type { RunReport } from '../../src/api/report.ts';
import type { NightOptions } from '../../src/backup/night.ts';
import { runBackup } from '../../src/backup/run.ts';
import { createLog } from '../../src/host/log.ts';
import type { Home } from '../../src/repository/home.ts';
import { type Inventory, takeInventory } from '../../src/repository/inventory.ts';
import { type DropboxAccount, openDropboxAccount } from '../../src/store/dropbox/api/account.ts';
import { openDropboxStore } from '../../src/store/dropbox/dropbox-store.ts';
import type { Source, Store } from '../../src/store/store.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../dropbox/emulator.ts';
import { type LogDatabase, openLogDatabase } from './log-database.ts';
import { type Relay, startRelay } from './relay.ts';
import { impatient, type TestClock, testClock } from './test-clock.ts';

/** An office in the emulator, and nights over it. */
export interface Scene extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly relay: Relay | undefined;
  readonly clock: TestClock;
  /** Everything that the runs logged. */
  readonly log: string[];
  /** Of every night so far. */
  readonly reports: RunReport[];
  /** Where the nights are logged, if the scene was opened with one. */
  readonly database: LogDatabase | undefined;
  /** One night, as a process of its own would run it: with an account of its own. */
  night(change?: NightChange): Promise<RunReport>;
  /** The destination as it is now, by the job's own code. */
  inventory(): Promise<Inventory>;
  destination(): Store;
}

export interface NightChange extends Partial<Pick<NightOptions, 'slot' | 'signal' | 'openJournal' | 'onStart'>> {
  readonly spec?: SpecChange;
  /** Default nightly. */
  readonly policyName?: string;
  /** Where the policy is an object of a cluster; by default it is a file. */
  readonly home?: Home;
  /** Default /CASES and /BACKUPS. */
  readonly sourceRoot?: string;
  readonly destinationRoot?: string;
  /** The stores as the night sees them. */
  wrapSource?(source: Source): Source;
  wrapDestination?(destination: Store): Store;
}

/** Sections of the spec that differ from the scene's. */
export type SpecChange = { readonly [K in keyof PolicySpec]?: Partial<PolicySpec[K]> };

export interface SceneOptions {
  readonly emulator?: EmulatorOptions;
  readonly start?: Date;
  /** Cases in the tree; 0 leaves it empty. */
  readonly cases?: number;
  /** In which the stores wait for what they wait for, as a limit of the emulator's needs; by default they pass over it. */
  readonly clock?: TestClock;
  /** Every night is logged in a real Postgres, in a database of the scene's own. */
  readonly logged?: true;
  /** The nights reach the emulator over a relay. */
  readonly relayed?: true;
}

/** Short enough that a stall is over at once, long enough for a busy machine. */
const IDLE_MS = 1000;

export const never = new AbortController().signal;

export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const clock = options.clock ?? testClock(options.start ?? new Date('2026-11-22T03:00:00Z'));
  const emulator = await startEmulator({ clock, ...options.emulator });
  const relay = options.relayed && (await startRelay(emulator.origin));
  const workParent = await mkdtemp(join(tmpdir(), 'case-backup-test-'));
  const log: string[] = [];
  const reports: RunReport[] = [];
  const database = options.logged && (await openLogDatabase(clock));
  const accounts: DropboxAccount[] = [];
  furnish(emulator, options.cases ?? 5);

  const openAccount = (): DropboxAccount => {
    const { appKey, appSecret, refreshToken } = emulator.credentials;
    const retryClock = options.clock ?? impatient(clock);
    const account = openDropboxAccount({
      credentials: { kind: 'refresh', appKey, appSecret, refreshToken },
      clock: retryClock,
      origin: relay?.origin ?? emulator.origin,
      maxConcurrentDownloads: 32,
      deadline: retryClock.elapsed() + 21_600_000,
      idleMs: IDLE_MS,
    });
    accounts.push(account);
    return account;
  };
  const open = (account: DropboxAccount, root: string): Store & Source =>
    openDropboxStore(account, { root, namespace: 'Root', upload: { partBytes: 4 * 1024 * 1024, maxConcurrent: 3 } });

  return {
    emulator,
    relay,
    clock,
    log,
    reports,
    database,
    async night(change = {}) {
      const account = openAccount();
      const source = open(account, change.sourceRoot ?? '/CASES');
      const destination = open(account, change.destinationRoot ?? '/BACKUPS');
      const report = await runBackup({
        policy: aPolicy(change.spec, change.policyName, change.home),
        slot: change.slot,
        source: change.wrapSource?.(source) ?? source,
        destination: change.wrapDestination?.(destination) ?? destination,
        openJournal: change.openJournal ?? database?.openJournal,
        clock,
        log: createLog('debug', (line) => log.push(line)),
        workParent,
        signal: change.signal ?? never,
        ...(change.onStart && { onStart: change.onStart }),
      });
      reports.push(report);
      return report;
    },
    inventory: () => takeInventory(open(openAccount(), '/BACKUPS'), never),
    destination: () => open(openAccount(), '/BACKUPS'),
    async [Symbol.asyncDispose]() {
      for (const account of accounts) await account.close();
      const left = await readdir(workParent);
      await rm(workParent, { recursive: true });
      relay?.close();
      await emulator.close();
      await database?.close();
      if (left.length > 0) throw new Error(`work folders were left: ${left.join(', ')}`);
    },
  };
}

export function aPolicy(change: SpecChange = {}, name = 'nightly', home?: Home): Policy {
  const spec = {
    source: { dropbox: { credentialsSecretRef: { name: 'dropbox' }, root: '/CASES' } },
    destination: { dropbox: { folder: '/BACKUPS' } },
  };
  const merged = Object.fromEntries(
    [...new Set([...Object.keys(spec), ...Object.keys(change)])].map((key) => {
      const [base, over] = [spec[key as keyof typeof spec], change[key as keyof SpecChange]];
      return [key, typeof over === 'object' ? { ...base, ...over } : (over ?? base)];
    }),
  );
  return policySchema.parse({
    apiVersion: 'casebackup.io/v1alpha1',
    kind: 'CaseBackupPolicy',
    metadata: {
      name,
      ...(home && { uid: home.uid, namespace: home.namespace }),
      ...(home?.installation !== undefined && { annotations: { [INSTALLATION_ANNOTATION]: home.installation } }),
    },
    spec: merged,
  });
}

/** Six files a case: text, noise, an empty one, a folder below; the first case has one that is streamed. */
function furnish({ tree }: Emulator, cases: number): void {
  for (let n = 1; n <= cases; n++) {
    const folder = `/CASES/USA00${n}_Client ${n}`;
    const clientModified = new Date(Date.UTC(2025, n, n, n, n, n));
    tree.put(`${folder}/letter.txt`, `Dear client ${n}, `.repeat(400 * n), { clientModified });
    tree.put(`${folder}/scan.jpg`, { size: 70_000 * Math.min(n, 8), seed: n }, { clientModified });
    tree.put(`${folder}/empty.txt`, '', { clientModified });
    tree.put(`${folder}/Mails/answer.eml`, `Subject: case ${n}\r\n\r\n`.repeat(90), { clientModified });
    tree.put(`${folder}/Mails/notes.md`, `# ${n}\n`, { clientModified });
    tree.put(`${folder}/form.pdf`, { size: 30_001, seed: 100 + n }, { clientModified });
  }
  if (cases > 0) tree.put('/CASES/USA001_Client 1/film.mp4', { size: 9_500_000, seed: 77 });
}
