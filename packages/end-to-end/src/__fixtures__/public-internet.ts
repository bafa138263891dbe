import http from 'node:http';
import https from 'node:https';

/**
 * Leads TLS to the hosts of the world to plain sockets on this machine, so that requests to a provider's own address can
 * be looked at: everything of the gateway is as ever but the encryption. Functions that the host runs share this
 * process's `node:https`. Names that `originOf` does not know are as unreachable as without a network.
 *
 * @returns puts the world back.
 */
export function leadTheWorldHere(originOf: (hostname: string) => string | null): () => void {
  const original = https.request;
  const rerouted = (options: http.RequestOptions) => {
    const hostname = String(options.host);
    const origin = originOf(hostname);
    if (origin === null) return original({ ...options, host: '127.0.0.1', port: 1, agent: false });
    const { hostname: host, port } = new URL(origin);
    return http.request({ ...options, host, port, agent: false });
  };
  // The functions call it with one object.
  Object.assign(https, { request: rerouted });
  return () => void Object.assign(https, { request: original });
}
