import { pino } from 'pino';
import { escapedInJson } from './printable.ts';
import { redact } from './secrets.ts';

/** What the rooms log to; pino's shape, so that a test can pass anything that collects. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/**
 * JSON lines on `write`. Each whole line goes through redaction, so that a secret inside a library's error or field is
 * caught as well. No case or file name is logged at info level or above, except a run's few failing paths.
 */
export function createLog(level: string, write: (line: string) => void): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(escapedInJson(redact(line))) },
  );
}
