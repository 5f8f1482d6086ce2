#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { EXIT_CODES } from '../../src/api/exit-codes.ts';
import { runController } from '../../src/controller/controller.ts';
import { readJobPod } from '../../src/controller/job-pod-file.ts';
import { INSTALLATION_LEASE, leaseNameFor } from '../../src/controller/lease-name.ts';
import { systemClock } from '../../src/host/clock.ts';
import { asFailure, Failure } from '../../src/host/errors.ts';
import { createLog } from '../../src/host/log.ts';
import { abortOnSignals } from '../../src/host/shutdown.ts';
import { VERSION } from '../../src/host/version.ts';
import { connect } from '../../src/kube/connection/connection.ts';
import { createKubeMetrics } from '../../src/kube/metrics.ts';

interface Flags {
  readonly namespace: readonly string[];
  readonly allNamespaces?: true;
  readonly jobImage: string;
  readonly jobImagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly jobImagePullSecret: readonly string[];
  readonly jobServiceAccount: string;
  readonly jobPod?: string;
  readonly listen: string;
  readonly leaseNamespace?: string;
  readonly leaseName?: string;
  readonly leaseDuration: number;
  readonly kubeconfig?: string;
  readonly logLevel: string;
}

/** A call is repeated, so a server that is slow for once costs a second call, while one that hangs costs no more than this. */
const CALL_MS = 5_000;

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function leaseSeconds(value: string): number {
  const seconds = Number(value);
  if (!(seconds >= 3 && seconds <= 600)) throw new InvalidArgumentError('write a number of seconds from 3 to 600.');
  return seconds;
}

const program = new Command('controller')
  .description('Keeps a CronJob for each CaseBackupPolicy, and the truth about its backups in the status.')
  .option(
    '-n, --namespace <name>',
    'serve the policies of this namespace; may be given again (default: its own)',
    collect,
    [],
  )
  .option('-A, --all-namespaces', 'serve the policies of all namespaces')
  .addOption(
    new Option('--job-image <image>', 'image of the backup jobs').env('CASE_BACKUP_JOB_IMAGE').makeOptionMandatory(),
  )
  .addOption(
    new Option('--job-image-pull-policy <policy>', 'when nodes pull it')
      .choices(['Always', 'IfNotPresent', 'Never'])
      .default('IfNotPresent'),
  )
  .option('--job-image-pull-secret <name>', 'Secret for the registry; may be given again', collect, [])
  .option('--job-service-account <name>', 'service account of the jobs; its token is never mounted', 'default')
  .option('--job-pod <file>', "YAML with what every job's pod gets besides: proxy, CA bundle, nodes, labels …")
  .option('--listen <address>', 'serve /metrics, /healthz and /readyz on [ADDRESS:]PORT', '8080')
  .option('--lease-namespace <name>', 'namespace of the Lease (default: its own)')
  .option('--lease-name <name>', 'Lease by which one of several replicas leads (default: by what it serves)')
  .option(
    '--lease-duration <seconds>',
    'how long the others wait for a leader that is silent; it gives up by itself after two thirds of it',
    leaseSeconds,
    15,
  )
  .option('--kubeconfig <path>', 'how to reach the API server (default: $KUBECONFIG, the pod, ~/.kube/config)')
  .addOption(
    new Option('--log-level <level>', 'what is logged').choices(['debug', 'info', 'warn', 'error']).default('info'),
  )
  .version(VERSION)
  .addHelpText(
    'after',
    `
Examples:
  controller --job-image registry.example/case-backup:0.1.0
  controller -n cases -n archive --job-image …      policies of two namespaces
  controller -A --job-image …                       of all; needs a ClusterRole

Exit codes:
    0  stopped by SIGTERM or SIGINT, its Lease released
    1  leadership was lost, or an error; start it again
    2  wrong options or a faulty --job-pod file, or no way to the API server is configured`,
  )
  .exitOverride();

try {
  program.parse();
  process.exitCode = await run(program.opts<Flags>());
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT_CODES.configuration;
  else {
    const { message, hint, exitCode } = asFailure(error);
    process.stderr.write(`controller: ${message}\n${hint === undefined ? '' : `  → ${hint}\n`}`);
    process.exitCode = exitCode;
  }
}

async function run(flags: Flags): Promise<number> {
  const log = createLog(flags.logLevel, (line) => process.stderr.write(line));
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = createKubeMetrics(registry);
  const client = connect({
    kubeconfig: flags.kubeconfig,
    metrics: metrics.client,
    deadlineMs: CALL_MS,
    userAgent: `case-backup-controller/${VERSION}`,
  });
  const signals = abortOnSignals();
  const own = client.namespace ?? 'default';
  const leaseNamespace = flags.leaseNamespace ?? own;
  const namespaces = flags.allNamespaces
    ? undefined
    : flags.namespace.length > 0
      ? [...new Set(flags.namespace)]
      : [own];
  try {
    const end = await runController({
      client,
      namespaces,
      job: {
        image: flags.jobImage,
        imagePullPolicy: flags.jobImagePullPolicy,
        serviceAccount: flags.jobServiceAccount,
        overlay: readJobPod(flags.jobPod, flags.jobImagePullSecret),
      },
      listen: flags.listen,
      lease: {
        namespace: leaseNamespace,
        name: flags.leaseName ?? leaseNameFor(namespaces, leaseNamespace),
        installation: flags.leaseName ?? INSTALLATION_LEASE,
        identity: `${hostname()}_${randomBytes(4).toString('hex')}`,
        seconds: flags.leaseDuration,
      },
      version: VERSION,
      registry,
      metrics,
      clock: systemClock,
      log,
      signal: signals.signal,
      onListen: (port) => log.info({ port }, 'serving /metrics, /healthz and /readyz'),
    });
    if (end === 'lost') throw new Failure('LeadershipLost', 'leadership was lost; another replica may lead now');
    return 0;
  } finally {
    await client.close();
    signals.dispose();
  }
}
