/** What any gateway on `node:http` costs at least: takes a request, sends it on, and hands the answer back as it comes. */
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

const upstream = new URL(process.env.BENCH_UPSTREAM ?? '');
const agent = new Agent({ keepAlive: true });

const server = createServer((incoming, response) => {
  const { method, headers, url: path } = incoming;
  const outgoing = request(
    { host: upstream.hostname, port: upstream.port, path, method, headers, agent },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ ready: (server.address() as AddressInfo).port });
});
