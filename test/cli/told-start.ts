/**
 * Preloaded by `node --import`: at its end the process says on standard error which of its own sources it loaded, and when
 * it connected somewhere for the first time, in their order; and whether it loaded the undici that Node brings.
 */
import { registerHooks } from 'node:module';
import net from 'node:net';

const events: string[] = [];
registerHooks({
  load(url, context, next) {
    if (!url.includes('/node_modules/') && url.startsWith('file:'))
      events.push(url.replace(/^.*\/(?=(cmd|src)\/)/, ''));
    return next(url, context);
  },
});

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (this: net.Socket, ...args: never[]) {
  if (!events.includes('connect')) events.push('connect');
  return Reflect.apply(connect, this, args);
} as typeof connect;

process.on('exit', () => {
  const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] };
  const own = moduleLoadList.some((name) => name.includes('deps/undici'));
  process.stderr.write(`\n${JSON.stringify({ events, own })}\n`);
});
