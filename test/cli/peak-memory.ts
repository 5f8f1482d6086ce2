import { readFileSync, writeFileSync } from 'node:fs';

/** Loaded into a process by `--import`: at its end, the most memory that it had, in KiB, goes to the file $PEAK_FILE. */
process.on('exit', () => {
  const [, peakKib = ''] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  writeFileSync(process.env['PEAK_FILE'] ?? '', peakKib);
});
