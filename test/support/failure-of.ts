import { Failure } from '../../src/host/errors.ts';

/** The Failure that a promise rejects with, or undefined where it does not; any other error is a bug and is thrown. */
export async function failureOf(work: Promise<unknown>): Promise<Failure | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
