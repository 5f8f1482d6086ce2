/**
 * Preloaded by `node --import`: the emulator's name and those of Dropbox lead to this machine, so that what goes around
 * a proxy arrives at the emulator or nowhere.
 */
import dns from 'node:dns';
import { EMULATOR_HOST } from '../dropbox/tls.ts';

const { lookup } = dns;
const isHere = (name: string): boolean => name === EMULATOR_HOST || name.endsWith('.dropboxapi.com');
const hereOr = (name: string, ...rest: unknown[]): unknown =>
  Reflect.apply(lookup, dns, [isHere(name) ? '127.0.0.1' : name, ...rest]);
Object.assign(dns, { lookup: hereOr });
