import { Failure } from '../../host/errors.ts';

/** What is stored is not what was sent. Passes where nothing is expected. */
export function assertSame(
  what: string,
  expected: string | number | undefined,
  actual: string | number,
  where: string,
): void {
  if (expected === undefined || expected === actual) return;
  throw new Failure('StoredObjectDiffers', `${where}: ${what} is ${actual}, expected ${expected}`, {
    hint: 'this backup must not be trusted; the ones before it were not touched',
  });
}
