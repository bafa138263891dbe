import { Server as HttpServer } from 'node:http';
import { Server } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** Longer than any pause of a client's pool, so that a kept-alive connection is never closed under a request. */
const KEEP_ALIVE_MS = 120_000;

/**
 * Makes every server that this process opens listen on the loopback interface. fauxqs 2.4 always asks for 0.0.0.0 and
 * takes no option, which would show the records of a laptop to its whole network.
 */
export function listenOnLoopbackOnly(): void {
  const listen = Server.prototype.listen as (this: Server, ...args: unknown[]) => Server;
  Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
    if (this instanceof HttpServer) this.keepAliveTimeout = KEEP_ALIVE_MS;
    const [first, ...rest] = args;
    if (typeof first === 'object' && first !== null && 'port' in first) {
      return listen.call(this, { ...first, host: LOOPBACK }, ...rest);
    }
    const callback = rest.find((argument) => typeof argument === 'function');
    return listen.call(this, { port: Number(first), host: LOOPBACK }, callback);
  };
}
