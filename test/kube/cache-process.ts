import { readFileSync } from 'node:fs';
import { systemClock } from '../../src/host/clock.ts';
import { createLog } from '../../src/host/log.ts';
import { connect } from '../../src/kube/connection/connection.ts';
import { startReflector } from '../../src/kube/reflector.ts';
import { JOBS } from '../../src/kube/resources.ts';

/** A process that only mirrors Jobs, without their specs, and prints what that took, as JSON. argv: kubeconfig. */
const client = connect({ kubeconfig: process.argv[2], userAgent: 'test' });
const start = performance.now();
const reflector = startReflector({
  client,
  resource: JOBS,
  log: createLog('warn', (line) => process.stderr.write(line)),
  clock: systemClock,
  onChange: () => undefined,
  keep: ({ metadata: { managedFields: _, ...metadata } }) => ({ metadata }),
});
await reflector.synced;
const syncedMs = Math.round(performance.now() - start);
const peakKib = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
console.log(JSON.stringify({ objects: [...reflector.list()].length, syncedMs, peakMib: Math.round(peakKib / 1024) }));
await reflector.stop();
await client.close();
