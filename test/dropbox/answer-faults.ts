import type { Effect } from './fault-effects.ts';
import type { ActiveFault } from './faults.ts';
import { HttpError, nested, Refusal, toJson, unauthorised } from './wire.ts';

const TRANSPORT_LIMIT = {
  error_summary: 'invalid_account_type/feature/.',
  error: nested('invalid_account_type/feature'),
  user_message: { locale: 'en', text: 'Your team has used all of its data transport API calls for the month.' },
};

/** The answer that a fault puts in place of the call's own, thrown; nothing if none does at this moment. */
export function throwFault(faults: readonly ActiveFault[], when: 'before' | 'after'): void {
  for (const fault of faults) {
    const error = fault.when === when ? replacement(fault.effect) : undefined;
    if (error !== undefined) throw error;
  }
}

function replacement(effect: Effect): Error | undefined {
  switch (effect.kind) {
    case 'status':
      return new HttpError(effect.status, effect.body ?? '', {
        ...(effect.contentType ? { 'Content-Type': effect.contentType } : {}),
        ...effect.headers,
      });
    case 'refusal':
      return new Refusal(effect.error, { ...effect.extra });
    case 'rateLimit':
      return rateLimited(effect);
    case 'unauthorised':
      return unauthorised(effect.tag, effect.requiredScope ? { required_scope: effect.requiredScope } : {});
    case 'transportLimit':
      return new HttpError(403, TRANSPORT_LIMIT);
    default:
      return undefined;
  }
}

function rateLimited(effect: Extract<Effect, { kind: 'rateLimit' }>): HttpError {
  const { reason = 'too_many_requests', retryAfter = 1, format = 'json' } = effect;
  const headers: Record<string, string> = retryAfter === null ? {} : { 'Retry-After': String(retryAfter) };
  if (format === 'text') return new HttpError(429, 'Too many requests. Please retry later.', headers);
  if (format === 'empty') return new HttpError(429, '', headers);
  const seconds = typeof retryAfter === 'number' && reason === 'too_many_requests' ? { retry_after: retryAfter } : {};
  const error = { reason: { '.tag': reason }, ...seconds };
  return new HttpError(429, toJson({ error_summary: `${reason}/..`, error }), {
    ...headers,
    'Content-Type': 'application/json',
  });
}
