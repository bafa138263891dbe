import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A URL at which nothing listens: a port that the system just gave out and took back. */
export async function refusingUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}
