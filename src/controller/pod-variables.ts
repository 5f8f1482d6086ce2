/** A variable of a container, as a pod template states it. */
export type Variable =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly valueFrom: object };

/**
 * A variable whose value arrives as it is: Kubernetes replaces $(NAME), by which a policy's author could read the pod's
 * secrets into a path, and makes one dollar of two, also in the name of a folder.
 */
export const plain = (name: string, value: string): Variable => ({ name, value: value.replaceAll('$', () => '$$') });

/** Optional: the pod starts without it. Else it is held, with an event that names the Secret. */
export const fromSecret = (name: string, secret: string, key: string, need: 'required' | 'optional'): Variable => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key, ...(need === 'optional' ? { optional: true } : {}) } },
});

export const fromLabel = (name: string, label: string): Variable => ({
  name,
  valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${label}']` } },
});
