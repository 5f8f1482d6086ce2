/** What is compared: less of it is better, or more. */
export interface Measure {
  readonly name: string;
  readonly better: 'less' | 'more';
  /** Of ours and of the others, in one unit. */
  readonly ours: number;
  readonly others: Readonly<Record<string, number>>;
}

/** What lies closer than this is the same. */
const SAME = 1.03;

/** For each measure those that are better than ours, and how many times: `less disk: rclone + restic 4.10 ×`. */
export function worseThan(measures: readonly Measure[]): string[] {
  return measures.flatMap(({ name, better, ours, others }) => {
    const ahead = Object.entries(others).flatMap(([other, value]) => {
      const times = better === 'less' ? ours / value : value / ours;
      return times > SAME && Number.isFinite(times) ? [`${other} ${times.toFixed(2)} ×`] : [];
    });
    return ahead.length > 0 ? [`${better} ${name}: ${ahead.join(', ')}`] : [];
  });
}
