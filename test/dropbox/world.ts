import type { Clock } from '../../src/host/clock.ts';
import type { Content, ContentStore } from './contents.ts';
import type { Effect, EffectOf } from './fault-effects.ts';
import type { JobBoard } from './jobs.ts';
import type { WriteLocks } from './limits.ts';
import type { FolderNode } from './nodes.ts';
import type { OAuth } from './oauth.ts';
import type { SessionTable } from './sessions.ts';
import type { Tree } from './tree.ts';

/** What an account holds and what all routes share. */
export interface World {
  readonly clock: Clock;
  readonly tree: Tree;
  readonly home: FolderNode;
  readonly team: TeamOptions | undefined;
  readonly contents: ContentStore;
  readonly sessions: SessionTable;
  readonly jobs: JobBoard;
  readonly oauth: OAuth;
  readonly locks: WriteLocks;
  readonly links: Map<string, TemporaryLink>;
  readonly settings: Settings;
  /** Aborted on close: waiting answers end. */
  readonly closing: AbortSignal;
}

/** What tests may change while the emulator runs. */
export interface Settings {
  allocatedBytes: number;
  /** Used by what is not in the tree. */
  usedElsewhereBytes: number;
  /** Cursors given before the last change of this number are answered with `reset`. */
  cursorEpoch: number;
  /** How a range that begins behind the end is refused; the service's way is not known for sure. */
  unsatisfiableRange: 409 | 416;
  /** What finishing a session again after success gives; unknown on the service. */
  repeatedFinish: 'success' | 'not_found';
  /** The largest file that a session may become. */
  maxFileBytes: number;
  /** An app that sees only its own folder refuses the Path-Root header. */
  appFolder: boolean;
  /** What the member may use of the team's space. */
  memberLimit: MemberLimit;
  /** The token was given for the whole team: calls must say for which member. */
  teamToken: boolean;
  /** The Date header differs from the clock by this much. */
  dateSkewMs: number;
}

/** `alert_only` tells the member's administrator; only `stop_sync` refuses a commit. */
export interface MemberLimit {
  readonly type: 'off' | 'alert_only' | 'stop_sync';
  readonly allocatedBytes: number;
  readonly usedBytes: number;
}

export interface TeamOptions {
  readonly rootNamespaceId: string;
  /** Where the member's own folder lies in the team's space, like `/Ann Lee`. */
  readonly homePath: string;
}

export interface TemporaryLink {
  readonly id: string;
  readonly expires: number;
}

/** One request as its route sees it. */
export interface Call {
  readonly world: World;
  readonly route: string;
  /** The folder that '' means: home, or what Dropbox-API-Path-Root names. */
  readonly view: FolderNode;
  readonly body: AsyncIterable<Buffer>;
  readonly range: string | undefined;
  /** Of a GET alone: what the client has already. */
  readonly ifNoneMatch: string | undefined;
  /** As sent; routes without a scope get it unchecked. */
  readonly authorization: string;
  /** Aborted when the client goes away or the emulator closes. */
  readonly over: AbortSignal;
  /** For links: http(s)://host as the client sees it. */
  readonly origin: string;
  effect<K extends Effect['kind']>(kind: K): EffectOf<K> | undefined;
}

/** An answer before faults: JSON, or bytes of a content. */
export type Answer =
  | { readonly json: unknown; readonly form?: 'compact' | 'javascript' }
  | {
      readonly status: 200 | 206;
      readonly headers: Record<string, string>;
      readonly content: Content;
      /** The part to send; `end` is exclusive. */
      readonly start: number;
      readonly end: number;
    };

export function secondsOf(clock: Clock): number {
  return Math.floor(clock.now().getTime() / 1000);
}
