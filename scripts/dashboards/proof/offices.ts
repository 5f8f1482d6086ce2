/** An invented office: what became of each of its nights. */
export interface Office {
  readonly namespace: string;
  readonly policy: string;
  /** Nights since its policy was made. */
  readonly nights: number;
  readonly spec?: object;
  /** How a night ended, by how many nights ago it was; 0 is the last. Good where it says nothing. */
  readonly endings?: Readonly<Record<number, Ending>>;
  /** Nights ago that it was suspended, for good. */
  readonly suspendedFor?: number;
  readonly gibibytes: number;
  /** Of one night to the next, such as 1.01. */
  readonly growth: number;
  readonly quotaGibibytes: number;
  readonly isRunning?: boolean;
  readonly damaged?: number;
}

export type Ending = 'Failed' | 'Incomplete' | 'Skipped' | 'Mismatch' | 'NoRoom' | 'NoRun';

const office = (namespace: string, change: Partial<Office> = {}): Office => ({
  namespace,
  policy: 'nightly',
  nights: 35,
  gibibytes: 40,
  growth: 1.002,
  quotaGibibytes: 3_000,
  ...change,
});

/** One of each kind of state, so that every query of the boards has something to answer. */
export const OFFICES: readonly Office[] = [
  office('office-bergen', { endings: { 12: 'Failed', 20: 'Skipped' } }),
  office('office-cork', { endings: { 0: 'Failed' }, gibibytes: 12, spec: { staleAfterSeconds: 200_000 } }),
  office('office-derby', { endings: { 0: 'Failed', 1: 'Failed', 2: 'Failed', 3: 'Incomplete' }, gibibytes: 85 }),
  office('office-elgin', { nights: 0 }),
  office('office-fulda', { suspendedFor: 6, gibibytes: 5 }),
  office('office-ghent', { endings: { 0: 'Incomplete', 9: 'Incomplete' }, damaged: 1, gibibytes: 60 }),
  office('office-hull', { endings: { 0: 'Mismatch' }, gibibytes: 25 }),
  office('office-izmir', {
    endings: { 4: 'NoRun', 8: 'Failed' },
    growth: 1.012,
    quotaGibibytes: 1_900,
    isRunning: true,
  }),
  office('office-jena', { endings: { 0: 'NoRoom' }, growth: 1.015, quotaGibibytes: 2_150 }),
];
