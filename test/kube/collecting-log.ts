import type { Log } from '../../src/host/log.ts';

/** A log that a test can read. */
export interface CollectingLog extends Log {
  /** `level message`, without debug lines. */
  readonly lines: string[];
}

export function collectingLog(): CollectingLog {
  const lines: string[] = [];
  const at = (level: string) => (_fields: object, message: string) => {
    lines.push(`${level} ${message}`);
  };
  return { lines, info: at('info'), warn: at('warn'), error: at('error'), debug: () => undefined };
}
