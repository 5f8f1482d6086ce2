import type { ListOptions, WatchOptions } from '../client.ts';
import type { Resource } from '../objects.ts';

/** Where a collection, or one object of it, is found at the API server. */
export function pathOf(resource: Resource, namespace?: string, name?: string, subresource?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const parts = [resource.plural, name, subresource].filter((part) => part !== undefined).map(encodeURIComponent);
  return [root, ...(namespace ? ['namespaces', encodeURIComponent(namespace)] : []), ...parts].join('/');
}

/** Where the server describes the objects of a group's version. */
export const openApiPath = ({ group, version }: Resource): string =>
  `/openapi/v3/${group === '' ? 'api' : `apis/${group}`}/${version}`;

/** `?a=b` of the values that are there, or nothing. */
export function query(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const present = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') present.set(name, String(value));
  }
  return present.size === 0 ? '' : `?${present}`;
}

export const listQuery = (options: ListOptions): string =>
  query({
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    limit: options.limit,
    continue: options.continue,
    resourceVersion: options.resourceVersion,
  });

export const watchQuery = (options: WatchOptions): string =>
  query({
    watch: true,
    // About one a minute: they keep the version fresh on a quiet resource, and prove that the watch lives.
    allowWatchBookmarks: true,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    resourceVersion: options.resourceVersion,
    timeoutSeconds: options.timeoutSeconds,
  });
