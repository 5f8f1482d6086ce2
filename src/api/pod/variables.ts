import { z } from 'zod';

/** Variables that an operator must leave alone, and why; the first that fits is told. */
const REFUSED: readonly [name: RegExp, why: string][] = [
  [/^CASE_BACKUP_/, 'is how the controller speaks to the job'],
  [/^(DROPBOX_|DATABASE_URL)/, 'is a secret; a policy names the Secret that holds it'],
  [/^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR)$/, 'is set by caBundle, which mounts the certificates too'],
  [/^NODE_/, 'changes what the program runs and whom it trusts'],
  [/^(LD_|OPENSSL_|GCONV_|GLIBC_|PATH$)/, 'decides which code is loaded into the program'],
  [/^PG/, 'changes how the log in Postgres is reached; its connection URL says that'],
];

/** Plain variables for every job, such as HTTPS_PROXY and TZ, by name. They can't refer to others: $(NAME) is text. */
export const variables = z
  .record(z.string(), z.string().max(4096))
  .refine((given) => Object.keys(given).length <= 64, 'must be at most 64 variables')
  .superRefine((given, context) => {
    for (const [name, value] of Object.entries(given)) {
      const message = faultOf(name) ?? proxyFault(name, value);
      if (message !== undefined) context.addIssue({ code: 'custom', message, path: [name] });
    }
  });

/** A job would end with ProxyInvalid, every night. */
function proxyFault(name: string, value: string): string | undefined {
  if (!/^https?_proxy$/i.test(name) || value === '') return undefined;
  const protocol = URL.parse(value)?.protocol;
  return protocol === 'http:' || protocol === 'https:'
    ? undefined
    : 'must be the address of a proxy, as http://HOST:PORT';
}

function faultOf(name: string): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name)) return 'is no name of a variable: letters, digits and _';
  const [, why] = REFUSED.find(([pattern]) => pattern.test(name)) ?? [];
  return why && `is not for the operator to set: it ${why}`;
}
