import { hasReason, type KubeError } from '../kube/kube-error.ts';

/** Whether the server refused an object for what it says, so that asking again changes nothing. */
export const isRefused = (error: unknown): error is KubeError =>
  hasReason(error, 'Invalid', 'BadRequest', 'Forbidden') || isUntyped(error);

/**
 * Of an apply with a field that the server does not know, or of the wrong kind, it says 500 (managedfields, "failed to
 * create typed patch object", 1.36): without this it would be tried again for ever, and the policy's author never told.
 */
const isUntyped = (error: unknown): boolean =>
  hasReason(error, 'InternalError') && error.message.includes('failed to create typed patch object');
