/** `2026-11-23T03:00:00.000000Z`: Kubernetes' MicroTime, of leases and events. */
export const microTime = (at: Date): string => at.toISOString().replace('Z', '000Z');
