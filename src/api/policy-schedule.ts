import { z } from 'zod';
import { type CelRule, inCluster } from './cel-rules.ts';
import { cronFault } from './cron.ts';
import { NO_TIME_ZONE, timeZoneFault } from './time-zones.ts';

/** What CEL can say of a schedule. The terms within the fields are judged by the controller, which says it in Ready. */
const SCHEDULE_SHAPE: readonly CelRule[] = [
  { rule: "!self.contains('TZ=')", message: 'a TZ= prefix is not accepted; set timeZone instead' },
  {
    rule: "self.contains('TZ=') || self.matches(r'^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$') || self.matches(r'^\\s*\\S+(\\s+\\S+){4}\\s*$')",
    message:
      'a schedule has five fields (minute, hour, day of month, month, day of week) or is a macro: @yearly, @annually, @monthly, @weekly, @daily, @midnight or @hourly',
  },
];

const cron = z
  .string()
  .max(128)
  .superRefine((value, context) => {
    const fault = cronFault(value);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });

/** spec.schedule. */
export const schedule = inCluster(cron, SCHEDULE_SHAPE)
  .default('0 3 * * *')
  .describe('When to run: five cron fields, or @daily and the like.');

/**
 * The server asks the very library by which it judges a CronJob's zone; in CEL that alone would also take an offset, and
 * the zone of whatever machine the server runs on.
 */
const ZONE_EXISTS: readonly CelRule[] = [
  {
    rule: "!self.contains(':') && self.lowerAscii() != 'local' && timestamp('2026-01-01T00:00:00Z').getHours(self) >= 0",
    message: NO_TIME_ZONE,
  },
];

const zone = z
  .string()
  .min(1)
  .max(64)
  .superRefine((value, context) => {
    const fault = timeZoneFault(value);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });

/** spec.timeZone. */
export const timeZone = inCluster(zone, ZONE_EXISTS)
  .default('Etc/UTC')
  .describe("IANA time zone of the schedule and of the dates in the backups' names.");
