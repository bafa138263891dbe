import type { ServerResponse } from 'node:http';
import { ANSWER_BYTES, HEADER_BYTES, headerBytes } from './limits.ts';
import { isBinary } from './proxy-event.ts';
import { proxyAnswerSchema, responseHead } from './response-head.ts';
import { MalformedAnswer } from './streamed-answer.ts';

/**
 * Sends what a buffered function returned.
 * @param accept the request's `accept` header: it decides whether base64 becomes bytes when not every type is binary.
 * @throws {MalformedAnswer} when API Gateway would not understand it; nothing has been sent then.
 */
export function sendBufferedAnswer(
  response: ServerResponse,
  result: unknown,
  requestId: string,
  binaryMediaTypes: readonly string[],
  accept: string,
): void {
  const parsed = proxyAnswerSchema.safeParse(result);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new MalformedAnswer(
      `the function's answer was refused: ${issue?.path.join('.')}: ${issue?.message}`,
    );
  }
  const { body, isBase64Encoded, ...head } = parsed.data;
  const text = body ?? '';
  if (text.length > ANSWER_BYTES / 8 && Buffer.byteLength(JSON.stringify(result)) > ANSWER_BYTES) {
    throw new MalformedAnswer(`the function's answer is larger than ${ANSWER_BYTES} bytes`);
  }
  const decodes = isBase64Encoded === true && isBinary(binaryMediaTypes, accept.split(',')[0] ?? '');
  const bytes = Buffer.from(text, decodes ? 'base64' : 'utf8');
  const { status, headers } = responseHead(head, requestId);
  const own = headers.filter((_, index) => headers[index - (index % 2)]?.toLowerCase() !== 'content-length');
  if (headerBytes(own) > HEADER_BYTES) {
    throw new MalformedAnswer(`the headers of the function's answer are larger than ${HEADER_BYTES} bytes`);
  }
  const typed = own.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-type');
  try {
    response.writeHead(status, [
      ...own,
      ...(typed ? [] : ['content-type', 'application/json']),
      'content-length',
      String(bytes.length),
    ]);
  } catch (error) {
    throw new MalformedAnswer('the headers of the function’s answer are not valid', { cause: error });
  }
  response.end(bytes);
}
