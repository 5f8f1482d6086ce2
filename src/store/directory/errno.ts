import { constants } from 'node:os';
import { errorCode, messageOf } from '../../host/errors.ts';

/** Numbers of Linux that Node can't name, for some not even as a constant (asm-generic/errno.h, errno-base.h). */
const OF_LINUX: Readonly<Record<number, string>> = {
  64: 'ENONET',
  70: 'ECOMM',
  108: 'ESHUTDOWN',
  112: 'EHOSTDOWN',
  117: 'EUCLEAN',
  121: 'EREMOTEIO',
  123: 'ENOMEDIUM',
  124: 'EMEDIUMTYPE',
  126: 'ENOKEY',
  127: 'EKEYEXPIRED',
  128: 'EKEYREVOKED',
  129: 'EKEYREJECTED',
  133: 'EHWPOISON',
};

const OF_THIS_SYSTEM: Readonly<Record<number, string>> = {
  ...(process.platform === 'linux' && OF_LINUX),
  ...Object.fromEntries(Object.entries(constants.errno).map(([name, number]) => [number, name])),
  // Two names for one number each: these are the ones that Node says.
  [constants.errno.EAGAIN]: 'EAGAIN',
  [constants.errno.ENOTSUP]: 'ENOTSUP',
};

/** Node's message says it twice, as code and as description. */
const UNNAMED = /Unknown system error -(\d+)(?:: Unknown system error -\1)?/g;

/** As errorCode and messageOf, with the system's words for numbers that Node has none for: ESTALE is "system error -116". */
export const systemCode = (error: unknown): string => named(errorCode(error) ?? '');
export const systemMessage = (error: unknown): string => named(messageOf(error));

const named = (text: string): string =>
  text.replace(UNNAMED, (unnamed, number: string) => OF_THIS_SYSTEM[Number(number)] ?? unnamed);
