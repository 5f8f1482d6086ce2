import { anything, type Check } from './argument-checks.ts';
import type { Answer, Call } from './world.ts';

export type Host = 'api' | 'content' | 'notify';

export interface Route {
  readonly name: string;
  /** `plain`: outside the API, for tokens and temporary links; parameters come as a form or in the URL. */
  readonly style: 'rpc' | 'upload' | 'download' | 'plain';
  readonly host: Host;
  /** undefined: no authorisation (longpoll even refuses one). */
  readonly scope: string | undefined;
  readonly check: Check<unknown>;
  /** May be called with arguments that `check` has let through only. */
  readonly handle: (call: Call, args: never) => Answer | Promise<Answer>;
  /** Commits take the write lock of the namespaces that they touch. */
  readonly writes?: true;
  /** Refused to apps of personal accounts. */
  readonly teamOnly?: true;
  /** Not asked by a member: by the app itself with its key and secret, or with a token of the whole team. */
  readonly auth?: 'app' | 'team';
}

interface RouteParts<T> {
  readonly scope: string | undefined;
  readonly handle: (call: Call, args: T) => Answer | Promise<Answer>;
  readonly writes?: true;
  readonly teamOnly?: true;
  readonly auth?: 'app' | 'team';
  readonly host?: Host;
}

export function rpc<T>(name: string, check: Check<T>, parts: RouteParts<NoInfer<T>>): Route {
  return { host: 'api', ...parts, name, style: 'rpc', check };
}

export function upload<T>(name: string, check: Check<T>, parts: RouteParts<NoInfer<T>>): Route {
  return { host: 'content', ...parts, name, style: 'upload', check };
}

export function download<T>(name: string, check: Check<T>, parts: RouteParts<NoInfer<T>>): Route {
  return { host: 'content', ...parts, name, style: 'download', check };
}

export function plain(name: string, handle: Route['handle']): Route {
  return { name, style: 'plain', host: 'api', scope: undefined, check: anything, handle };
}
