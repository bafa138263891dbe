import * as z from 'zod';

/** A status and a flat header list, as `ServerResponse.writeHead` takes them. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: readonly string[];
}

const status = z.int().min(200).max(599);

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** What a buffered function returns. */
export const proxyAnswerSchema = z.looseObject({
  statusCode: z.union([
    status,
    z
      .string()
      .regex(/^[2-5]\d\d$/)
      .transform(Number),
  ]),
  headers: z.record(z.string(), scalar).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(scalar)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

export interface HeadParts {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>> | null | undefined;
  readonly cookies?: readonly string[] | null | undefined;
}

/** These describe the connection, which is ours and not the function's. */
const CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The head of a function's answer. A header that is in both maps has the values of `multiValueHeaders` first, then its
 * own unless it is among them; each cookie is a `set-cookie` of its own.
 */
export function responseHead(
  { statusCode, headers, multiValueHeaders, cookies }: HeadParts,
  requestId: string,
): ResponseHead {
  const flat: string[] = ['x-amzn-requestid', requestId];
  for (const name in multiValueHeaders) {
    if (CONNECTION.has(name.toLowerCase())) continue;
    for (const value of multiValueHeaders[name] ?? []) flat.push(name, value);
  }
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (CONNECTION.has(name.toLowerCase()) || multiValueHeaders?.[name]?.includes(value)) continue;
    flat.push(name, value);
  }
  for (const cookie of cookies ?? []) flat.push('set-cookie', cookie);
  return { status: statusCode, headers: flat };
}
