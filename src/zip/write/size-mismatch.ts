import { Failure } from '../../host/errors.ts';

/** The giver promised another size than it gave; nothing that was announced with one size is stored with another. */
export function sizeMismatch(name: string, expected: number, actual: number): Failure {
  return new Failure('SizeMismatch', `${name} has ${actual} bytes where ${expected} were expected`, {
    hint: 'the file changed while it was read; the next run takes it as it then is',
  });
}
