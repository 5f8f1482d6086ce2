/**
 * The secrets that tests hand to the code, fixed, so that the test run can look for them in every output afterwards
 * (test/run.ts). A test that needs a secret takes one from here; one that makes up its own is not watched.
 * Where a secret takes more than one form, its other forms are watched too: see `formsOf`.
 */
export const FAKE_SECRETS = {
  appKey: 'fakekey1a2b3c4d',
  appSecret: 'fakesecret5e6f7g',
  refreshToken: 'fake-refresh-token-Xy7Kq0vT2mWb9LrE4sJd',
  /** The emulator's access tokens begin with it. */
  accessTokenPrefix: 'sl.fake-access-token-',
  /** Whoever has a temporary link reads the file; the emulator's have it in their path. */
  temporaryLinkPrefix: 'fake-temporary-link-',
  /** Holds every character that a URL must encode, because a half-encoded one leaks half. */
  databasePassword: 'pa:ss/w0rd-Zq7@#%',
} as const;

/** A secret as it is, in a URL, in a basic authorisation header, and inside JSON. */
export function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return [...new Set([secret, encodeURIComponent(secret), base64, JSON.stringify(secret).slice(1, -1)])];
}
