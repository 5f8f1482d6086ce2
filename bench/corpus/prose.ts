import type { Seeded } from './seeded.ts';

const ONSETS = [
  'b',
  'br',
  'c',
  'cl',
  'd',
  'f',
  'g',
  'h',
  'l',
  'm',
  'n',
  'p',
  'pr',
  'r',
  's',
  'st',
  't',
  'tr',
  'v',
  'w',
] as const;
const NUCLEI = ['a', 'e', 'i', 'o', 'u', 'ea', 'ie', 'ou'] as const;
const CODAS = ['', 'n', 'r', 's', 't', 'nd', 'l', 'ng'] as const;
const VOCABULARY = 12_000;
/**
 * Turns of speech that come again and again. Without them prose is a salad of words that deflates at 30 MB/s to a third;
 * manuals, mail and letters, full of set phrases, do at 55 to 65 MB/s to a quarter or a fifth (measured on those of
 * Debian and of npm packages; noise deflates at 50). With them it comes to 45 MB/s and 0.23.
 */
const PHRASES = 1_500;
const PHRASE_SHARE = 0.25;
/** Reused with another start for every file; far wider than deflate's 32 KiB window, so no file gains from it. */
const POOL_BYTES = 24 * 1024 * 1024;

/** Gives stretches of prose: words by Zipf's law in sentences and paragraphs, with numbers, dates and names among them. */
export function proseWriter(random: Seeded): (length: number) => Buffer {
  const pool = writePool(random);
  return (length) => {
    const text = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const start = random.integer(pool.length);
      at += pool.copy(text, at, start, start + Math.min(length - at, 1024 * 1024));
    }
    return text;
  };
}

function writePool(random: Seeded): Buffer {
  const words = Array.from({ length: VOCABULARY }, () => writeWord(random));
  const phrases = Array.from({ length: PHRASES }, () =>
    Array.from({ length: 3 + random.integer(8) }, () => token(random, words)).join(' '),
  );
  const say = (): string => (random.number() < PHRASE_SHARE ? byRank(random, phrases) : token(random, words));
  const pool = Buffer.alloc(POOL_BYTES);
  let at = 0;
  while (at < POOL_BYTES) {
    const sentence = Array.from({ length: 5 + random.integer(18) }, say).join(' ');
    const close = random.number() < 0.15 ? '.\n\n' : random.number() < 0.2 ? '.\n' : '. ';
    at += pool.write(sentence.charAt(0).toUpperCase() + sentence.slice(1) + close, at);
    if (POOL_BYTES - at < 512) at += pool.write(' '.repeat(POOL_BYTES - at), at);
  }
  return pool;
}

function token(random: Seeded, words: readonly string[]): string {
  const kind = random.number();
  if (kind < 0.02) return String(random.integer(100_000));
  if (kind < 0.03) return `${2000 + random.integer(26)}-0${1 + random.integer(9)}-${10 + random.integer(19)}`;
  const word = byRank(random, words);
  return kind < 0.08 ? word.charAt(0).toUpperCase() + word.slice(1) : kind < 0.14 ? `${word},` : word;
}

/** The inverse of Zipf's distribution function: rank r is about 1/r as frequent as the first. */
function byRank(random: Seeded, texts: readonly string[]): string {
  return texts[Math.floor(texts.length ** random.number()) - 1] ?? '';
}

function writeWord(random: Seeded): string {
  const syllables = 1 + random.integer(4);
  return Array.from({ length: syllables }, () => random.pick(ONSETS) + random.pick(NUCLEI) + random.pick(CODAS)).join(
    '',
  );
}
