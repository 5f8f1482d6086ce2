/** What a code word means to whoever meets it, for docs/troubleshooting.md. Markdown, whole sentences. */
export interface Meaning {
  /** What happened. */
  readonly means: string;
  /** What to do. */
  readonly remedy: string;
}
