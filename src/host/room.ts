/**
 * Memory that several who read ahead share. Whoever wants to read a piece takes room for it first, and gives it back when
 * the piece has been passed on (of a stream: when the next one is asked for); so what is held is bounded, however many read and however large their files are.
 */
export interface Room {
  /** Undefined when the bytes are granted at once, else a promise that resolves when they are; it rejects with the signal's reason. */
  take(bytes: number, signal: AbortSignal): Promise<void> | undefined;
  give(bytes: number): void;
}
