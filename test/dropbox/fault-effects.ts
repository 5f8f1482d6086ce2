/** What a fault does to a call. `when` matters to those that replace the answer or cut the connection. */
export type Effect = AnswerEffect | ConnectionEffect | BodyEffect | ListingEffect | CommitEffect | JobEffect;

/** Another answer than the call's own. */
export type AnswerEffect =
  /** Anything at all: a string is sent as text (or as `contentType`), an object as JSON. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: string | object;
      readonly contentType?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** HTTP 409 of the endpoint: `path/restricted_content`, `lookup_failed/not_found`, `reset`, `internal_error`. */
  | { readonly kind: 'refusal'; readonly error: string; readonly extra?: Readonly<Record<string, unknown>> }
  /** HTTP 429. `retryAfter` goes to the header as it stands; null leaves the header out. */
  | {
      readonly kind: 'rateLimit';
      readonly reason?: 'too_many_requests' | 'too_many_write_operations';
      readonly retryAfter?: number | string | null;
      readonly format?: 'json' | 'text' | 'empty';
    }
  /** HTTP 401: expired_access_token, invalid_access_token, missing_scope, user_suspended … */
  | { readonly kind: 'unauthorised'; readonly tag: string; readonly requiredScope?: string }
  /** HTTP 403 of the monthly data-transport limit of team plans. */
  | { readonly kind: 'transportLimit' };

export type ConnectionEffect =
  /** The socket is destroyed: before a header is sent, within the request's or the answer's body, or idle after it. */
  | {
      readonly kind: 'reset';
      readonly at: 'headers' | 'requestBody' | 'responseBody' | 'idle';
      readonly afterBytes?: number;
    }
  /** Nothing more comes until the client gives up or the emulator closes. */
  | { readonly kind: 'hang'; readonly at: 'headers' | 'body'; readonly afterBytes?: number }
  /** The answer starts this much later, by the emulator's clock. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The answer's body comes in small pieces with pauses. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number };

export type BodyEffect =
  /** `declared` ends the connection short of its Content-Length, `chunked` ends the body as if it were whole. */
  | { readonly kind: 'truncate'; readonly bytes: number; readonly framing: 'declared' | 'chunked' }
  /** One byte of the answer's body is another. */
  | { readonly kind: 'flip'; readonly at: number }
  /** 200 and the whole file instead of 206. */
  | { readonly kind: 'ignoreRange' }
  | { readonly kind: 'header'; readonly name: string; readonly value: string | undefined }
  | { readonly kind: 'gzip' };

export type ListingEffect =
  | { readonly kind: 'emptyPage' }
  | { readonly kind: 'pageLimit'; readonly entries: number }
  /** The page's entries come twice. */
  | { readonly kind: 'duplicates' }
  | { readonly kind: 'reversed' }
  | { readonly kind: 'withoutFolders' }
  /** Nothing of what lies below this folder is told. */
  | { readonly kind: 'hiding'; readonly below: string }
  /** A cache on the way answers with the listing of another folder. */
  | { readonly kind: 'otherFolder'; readonly path: string }
  /** Ends the listing with this page, as if nothing more were there. */
  | { readonly kind: 'lastPageLost' }
  /** has_more stays true and the cursor does not move on. */
  | { readonly kind: 'endless' };

export type CommitEffect =
  /** A WriteError at the moment of the commit, after a finish's own data was appended: `no_write_permission`. */
  | { readonly kind: 'writeError'; readonly error: string }
  /** The committed bytes differ from those sent (first byte), and so does the content_hash. */
  | { readonly kind: 'corruptCommit' }
  /** Only this many bytes of an append are stored, and it answers with an error 500. */
  | { readonly kind: 'partialAppend'; readonly bytes: number }
  /**
   * What was committed or moved is not found, read, moved or deleted for so long by the emulator's clock, or for so many
   * looks: whichever ends first.
   */
  | { readonly kind: 'invisible'; readonly ms?: number; readonly looks?: number }
  /** One entry of a batch (from 0) is reported as failed; with `applied` although it took effect. */
  | { readonly kind: 'entryRefusal'; readonly entry: number; readonly error: string; readonly applied?: boolean };

export type JobEffect =
  /** That many checks of the job answer in_progress first. */
  { readonly kind: 'slowJob'; readonly checks: number } | { readonly kind: 'failedJob'; readonly error: string };

export type EffectOf<K extends Effect['kind']> = Extract<Effect, { readonly kind: K }>;
