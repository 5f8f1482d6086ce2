/** This machine itself: no proxy leads there, and nobody else reads what goes there. */
export const isLoopback = (server: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(server.hostname);
