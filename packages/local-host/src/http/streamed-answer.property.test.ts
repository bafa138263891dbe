import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { functionResource, restApi } from '../__fixtures__/assembly.ts';
import { send } from '../__fixtures__/raw-http.ts';
import { type RunningHost, runningHost } from '../__fixtures__/running-host.ts';

/** Writes the bytes of its request in pieces of the sizes that the query gives. */
const PIECES = `
  export const handler = awslambda.streamifyResponse(async ({ body, queryStringParameters }, raw) => {
    let bytes = Buffer.from(body, 'base64');
    for (const size of queryStringParameters.sizes.split(',').map(Number)) {
      raw.write(bytes.subarray(0, size));
      bytes = bytes.subarray(size);
    }
    raw.end(bytes);
  });
`;

let running: RunningHost;

beforeAll(async () => {
  running = await runningHost({
    bundles: { pieces: PIECES },
    resources: {
      ...restApi([{ path: '/pieces', function: 'Pieces', streams: true }]),
      Pieces: functionResource('pieces'),
    },
  });
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

test('however the bytes are cut, the client gets the same head and body', async () => {
  const answer = fc.record({
    status: fc.integer({ min: 200, max: 503 }).filter((status) => ![204, 205, 304].includes(status)),
    header: fc.stringMatching(/^[a-zA-Z0-9 ü]{0,20}$/),
    body: fc.uint8Array({ maxLength: 200 }),
    sizes: fc.array(fc.nat(30), { minLength: 1, maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(answer, async ({ status, header, body, sizes }) => {
      const prelude = JSON.stringify({
        statusCode: status,
        headers: { 'x-given': encodeURIComponent(header) },
      });
      const bytes = Buffer.concat([Buffer.from(prelude), Buffer.alloc(8), body]);
      const got = await send(running.baseUrl, `/pieces?sizes=${sizes.join(',')}`, {
        method: 'POST',
        body: bytes,
      });
      expect(got.status).toBe(status);
      expect(got.headers['x-given']).toBe(encodeURIComponent(header));
      expect(got.body).toEqual(Buffer.from(body));
    }),
    { numRuns: 100 },
  );
});
