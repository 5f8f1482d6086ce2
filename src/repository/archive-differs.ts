import { Failure } from '../host/errors.ts';

/** What a backup says of itself is not so: one of its lists contradicts another, or what it holds. */
export const archiveDiffers = (where: string, what: string): Failure =>
  new Failure('ArchiveDiffers', `${where}: ${what}`);
