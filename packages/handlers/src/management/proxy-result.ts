import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { header, Refusal } from '@weir/core';
import { type ManagementAnswer, type ManagementRequest, refuse } from '@weir/management';

/** An answer as API Gateway takes it from a function. */
export interface ProxyResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** Lambda's bound on an answer is 6 MB as JSON; the difference is for the headers. */
const MOST_CHARACTERS = 6 * 1024 * 1024 - 32 * 1024;
/** Base64 makes four characters of three bytes. */
const MOST_BYTES = Math.floor(MOST_CHARACTERS / 4) * 3;

const compress = promisify(gzip);

/**
 * The answer in a form that Lambda lets through. One that is too large goes out compressed where the client takes
 * that, and as its asked part where it is a stored body; failing both, the client is told what it can ask for.
 */
export async function toProxyResult(
  answer: ManagementAnswer,
  request: ManagementRequest,
): Promise<ProxyResult> {
  if (typeof answer.body === 'string' && fitsAsText(answer.body)) {
    const { status, headers, body } = answer;
    return { statusCode: status, headers: { ...headers }, body, isBase64Encoded: false };
  }
  const bytes = Buffer.from(answer.body);
  const part = typeof answer.body === 'string' ? null : partOf(bytes, header(request.headers, 'range'));
  if (part) {
    const range = `bytes ${part.start}-${part.start + part.bytes.byteLength - 1}/${bytes.byteLength}`;
    return binary(206, { ...answer.headers, 'content-range': range }, part.bytes);
  }
  const headers =
    typeof answer.body === 'string' ? answer.headers : { ...answer.headers, 'accept-ranges': 'bytes' };
  if (bytes.byteLength <= MOST_BYTES) return binary(answer.status, headers, bytes);
  if (/\bgzip\b/i.test(header(request.headers, 'accept-encoding') ?? '')) {
    const compressed = await compress(bytes);
    if (compressed.byteLength <= MOST_BYTES) {
      return binary(
        answer.status,
        { ...headers, 'content-encoding': 'gzip', vary: 'accept-encoding' },
        compressed,
      );
    }
  }
  return toProxyResult(refuse(tooLarge(answer, bytes.byteLength)), request);
}

function fitsAsText(text: string): boolean {
  // A character is at most six when JSON escapes it, so most answers need no second look.
  return text.length * 6 <= MOST_CHARACTERS || Buffer.byteLength(JSON.stringify(text)) <= MOST_CHARACTERS;
}

function binary(statusCode: number, headers: Readonly<Record<string, string>>, bytes: Buffer): ProxyResult {
  return { statusCode, headers, body: bytes.toString('base64'), isBase64Encoded: true };
}

/** The part that a `Range` header asks for, cut to what fits; null when it asks for none or for what is not there. */
function partOf(bytes: Buffer, range: string | undefined): { start: number; bytes: Buffer } | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === '' && (last === '' || Number(last) === 0)) return null;
  const start = first === '' ? Math.max(0, bytes.byteLength - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes.byteLength : Number(last) + 1;
  const part = bytes.subarray(start, Math.min(end, start + MOST_BYTES));
  return part.byteLength === 0 ? null : { start, bytes: part };
}

function tooLarge(answer: ManagementAnswer, size: number): Refusal {
  const way =
    typeof answer.body === 'string'
      ? 'Ask for a smaller page, or accept gzip.'
      : `Accept gzip, or ask for parts, the first with "Range: bytes=0-${MOST_BYTES - 1}".`;
  return new Refusal('answerTooLarge', {
    message: `The answer has ${size} bytes; one response can carry ${MOST_BYTES}. ${way}`,
  });
}
