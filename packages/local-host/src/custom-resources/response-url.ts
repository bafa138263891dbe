import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

const answerSchema = z.looseObject({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.string().optional(),
  PhysicalResourceId: z.string().optional(),
  Data: z.record(z.string(), z.unknown()).optional(),
});

export type CustomResourceAnswer = z.infer<typeof answerSchema>;

export interface ResponseUrl {
  readonly url: string;
  /** Settles once: with the answer, or with why there is none. */
  readonly answer: Promise<CustomResourceAnswer>;
  /** Ends the wait: the function will not answer. */
  give(error: unknown): void;
}

/** Stands for the presigned URL that CloudFormation gives a custom resource's function: it takes one `PUT`. */
export async function openResponseUrl(withinMs: number): Promise<ResponseUrl> {
  const path = `/${randomUUID()}`;
  const { promise, resolve, reject } = Promise.withResolvers<CustomResourceAnswer>();
  const server = createServer(async (request, response) => {
    if (request.method !== 'PUT' || request.url !== path) {
      response.writeHead(404).end();
      return;
    }
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const answer = answerSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(200, { connection: 'close' }).end(() => resolve(answer));
    } catch (error) {
      response.writeHead(400, { connection: 'close' }).end(() => reject(error));
    }
  });
  const timer = setTimeout(() => reject(new Error(`no answer within ${withinMs} ms`)), withinMs);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const answer = promise.finally(() => {
    clearTimeout(timer);
    server.close();
    server.closeIdleConnections();
  });
  return { url: `http://127.0.0.1:${port}${path}`, answer, give: reject };
}
