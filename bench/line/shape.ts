/** What a line is like. 0 shapes nothing. */
export interface Shape {
  readonly roundTripMs: number;
  /** Of the server, before the first byte of each answer. */
  readonly thinkingMs: number;
  /** Each way, all connections together. */
  readonly megabitsPerSecond: number;
  /** Each way, of one connection. */
  readonly connectionMegabitsPerSecond: number;
  /** After which a connection starts slowly again. */
  readonly idleMs: number;
}

const OPEN: Shape = {
  roundTripMs: 0,
  thinkingMs: 0,
  megabitsPerSecond: 0,
  connectionMegabitsPerSecond: 0,
  idleMs: 1_000,
};

/** far: another continent's data centre. near: an office's fibre. loopback: TLS and CONNECT, and nothing that holds back. */
export const SHAPES = {
  far: { ...OPEN, roundTripMs: 100, megabitsPerSecond: 1_000, connectionMegabitsPerSecond: 400 },
  near: { ...OPEN, roundTripMs: 20, megabitsPerSecond: 200 },
  loopback: OPEN,
} satisfies Record<string, Shape>;

export type ShapeName = keyof typeof SHAPES;

/**
 * The same line `times` as slow: where the machine is too slow for a line, it shows what the line would allow. What is
 * under way at once (rate times round trip) stays the same.
 */
export function inSlowMotion(shape: Shape, times: number): Shape {
  return {
    roundTripMs: shape.roundTripMs * times,
    thinkingMs: shape.thinkingMs * times,
    megabitsPerSecond: shape.megabitsPerSecond / times,
    connectionMegabitsPerSecond: shape.connectionMegabitsPerSecond / times,
    idleMs: shape.idleMs * times,
  };
}

/** In words, for whoever reads a figure. */
export function shapeText(shape: Shape, slowMotion = 1): string {
  const { roundTripMs, thinkingMs, megabitsPerSecond, connectionMegabitsPerSecond } = shape;
  const said = [
    roundTripMs > 0 ? `${roundTripMs} ms` : '',
    thinkingMs > 0 ? `${thinkingMs} ms of thinking` : '',
    megabitsPerSecond > 0 ? `${megabitsPerSecond} Mbit/s each way` : '',
    connectionMegabitsPerSecond > 0 ? `${connectionMegabitsPerSecond} Mbit/s a connection` : '',
  ].filter((text) => text !== '');
  const text = said.length > 0 ? said.join(', ') : 'nothing shaped';
  return slowMotion === 1 ? text : `${text}, in slow motion: everything ${slowMotion} times slower`;
}
