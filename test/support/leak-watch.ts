import { formsOf } from './fake-secrets.ts';

/** Looks for secrets in what passes by, in pieces of any size, and remembers who let one out. */
export interface LeakWatch {
  /** `origin` says where the text comes from; pieces of one origin belong together. */
  see(origin: string, text: string): void;
  /** One sentence per origin and secret; it names the secret and does not repeat it. */
  leaks(): string[];
}

export function leakWatch(secrets: Readonly<Record<string, string>>): LeakWatch {
  const needles = Object.entries(secrets).flatMap(([name, secret]) => formsOf(secret).map((form) => ({ name, form })));
  const longest = Math.max(...needles.map(({ form }) => form.length));
  const ends = new Map<string, string>();
  const found = new Set<string>();
  return {
    see(origin, text) {
      const joined = (ends.get(origin) ?? '') + text;
      for (const { name, form } of needles) if (joined.includes(form)) found.add(`${origin} shows the ${name}`);
      ends.set(origin, joined.slice(1 - longest));
    },
    leaks: () => [...found].sort(),
  };
}
