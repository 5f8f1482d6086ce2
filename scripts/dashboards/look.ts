/** How a figure looks: its unit, and the words and colours that it stands for. */
export interface Look {
  /** One of Grafana's unit ids. */
  readonly unit: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  /** What stands where there is no figure. */
  readonly noValue?: string;
  readonly mappings?: readonly Mapping[];
  /** Colours from a value on, the lowest first; without any the figure has the colour of text. */
  readonly steps?: readonly Step[];
}

type Colour = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'purple' | 'text';

interface Step {
  readonly value: number | null;
  readonly color: Colour;
}

interface Word {
  readonly text: string;
  readonly color: Colour;
  readonly index: number;
}

export type Mapping =
  | { readonly type: 'value'; readonly options: Readonly<Record<string, Word>> }
  | {
      readonly type: 'range';
      readonly options: { readonly from: number | null; readonly to: number | null; readonly result: Word };
    }
  | { readonly type: 'special'; readonly options: { readonly match: 'null+nan'; readonly result: Word } };

/** A figure that has a colour always has a word too, for whoever does not see the colour. */
export const words = (table: Readonly<Record<number, readonly [text: string, color: Colour]>>): Mapping => ({
  type: 'value',
  options: Object.fromEntries(
    Object.entries(table).map(([value, [text, color]], index) => [value, { text, color, index }]),
  ),
});

export const below = (to: number, text: string, color: Colour): Mapping => ({
  type: 'range',
  options: { from: null, to, result: { text, color, index: 10 } },
});

export const missing = (text: string, color: Colour = 'text'): Mapping => ({
  type: 'special',
  options: { match: 'null+nan', result: { text, color, index: 11 } },
});

export const steps = (base: Colour, ...from: readonly (readonly [value: number, color: Colour])[]): readonly Step[] => [
  { value: null, color: base },
  ...from.map(([value, color]) => ({ value, color })),
];

const PLAIN = steps('text');

/** In the form in which a panel has it for all of its fields. */
export function fieldDefaults({ steps: colours = PLAIN, ...look }: Look): object {
  return { ...look, thresholds: { mode: 'absolute', steps: colours } };
}

/** In the form in which a panel has it for one field. */
export function fieldProperties({ steps: colours = PLAIN, ...look }: Look): Property[] {
  return [
    ...Object.entries(look).map(([id, value]) => ({ id, value })),
    { id: 'thresholds', value: { mode: 'absolute', steps: colours } },
  ];
}

export interface Property {
  readonly id: string;
  readonly value: unknown;
}

/** A count of which any is too many. */
export const countOfBad = (color: Colour): Look => ({
  unit: 'none',
  noValue: 'no data',
  mappings: [words({ 0: ['none', 'green'] })],
  steps: steps('green', [1, color]),
});

export const AGE: Look = { unit: 'dtdurations', decimals: 1, mappings: [missing('never')], noValue: 'never' };
export const BYTES: Look = { unit: 'bytes', noValue: 'none' };
export const COUNT: Look = { unit: 'none', decimals: 0, noValue: 'no data' };
