import { z } from 'zod';
import { type Rule, withRules } from '../cel-rules.ts';

/** Keys and values of labels, annotations and node selectors, by the rules of Kubernetes (apimachinery, validation). */
export const KEY_LENGTH = 317;

type Texts = Readonly<Record<string, string>>;

/** Of labels, and of the values that they are compared with. */
export const labelValue = withRules(z.string().max(63), [
  {
    rule: "self.matches(r'^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$')",
    message: 'must be letters, digits, -, _ and ., with a letter or digit at both ends',
    holds: (value) => /^([A-Za-z0-9]([-\w.]*[A-Za-z0-9])?)?$/.test(value),
  },
]);

/** The values of annotations may be any text; 32 of them stay below the 256 KiB of Kubernetes. */
export const annotationValue = z.string().max(4096);

/** RE2 and JavaScript read it alike. */
const KEY =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$';

const ARE_KEYS: Rule<Texts> = {
  rule: `self.all(key, key.matches(r'${KEY}'))`,
  message: 'must have keys such as team or example.com/team',
  holds: (map) => Object.keys(map).every((key) => new RegExp(KEY).test(key)),
};

/** A map from keys to `value`. */
export const keyed = <V extends z.ZodType<string>>(value: V, most: number) =>
  withRules(
    z
      .record(z.string(), value)
      .refine((map) => Object.keys(map).length <= most, `must be at most ${most} entries`)
      .meta({ maxProperties: most }),
    [ARE_KEYS],
  );

/** The Job controller refuses a pod template with a wrong one of these, and then no Job ever comes. */
const OF_THE_JOB = ['job-name', 'controller-uid'];
/** And all below them: by some annotations there, such as AppArmor's, a pod's security can be taken away. */
const DOMAINS = ['casebackup.io', 'kubernetes.io', 'k8s.io'];
const OWNED = `^([^/]*[.])?(${DOMAINS.join('|').replaceAll('.', '[.]')})/`;
/** CRI-O's own, which reach the container runtime. */
const OF_THE_RUNTIME = 'io.kubernetes.';
/** Harmless, and the one that people need: it keeps the autoscaler from ending a run that goes on. */
const FREE = 'cluster-autoscaler.kubernetes.io/';

const isFree = (key: string): boolean =>
  !OF_THE_JOB.includes(key) &&
  !key.startsWith(OF_THE_RUNTIME) &&
  (key.startsWith(FREE) || !new RegExp(OWNED).test(key));

/** Of labels and annotations: none of them is anybody's but the author's. */
export const ARE_FREE: Rule<Texts> = {
  rule: `self.all(key, !(key in ['${OF_THE_JOB.join("', '")}']) && !key.startsWith('${OF_THE_RUNTIME}') && (key.startsWith('${FREE}') || !key.matches(r'${OWNED}')))`,
  message: `must leave alone what Kubernetes and case-backup set themselves: ${OF_THE_JOB.join(', ')}, and all keys below ${DOMAINS.join(', ')}`,
  holds: (map) => Object.keys(map).every(isFree),
};
