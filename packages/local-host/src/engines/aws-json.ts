import { Agent, request } from 'node:http';
import { REGION } from '../assembly/scope.ts';

/** An engine refused: `type` is the service's error name, such as `ResourceNotFoundException`. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly type: string;

  constructor(type: string, operation: string, message: string) {
    super(`${operation}: ${type}: ${message}`);
    this.type = type;
  }
}

const SERVICES = {
  dynamodb: { target: 'DynamoDB_20120810', contentType: 'application/x-amz-json-1.0' },
  kms: { target: 'TrentService', contentType: 'application/x-amz-json-1.1' },
  sqs: { target: 'AmazonSQS', contentType: 'application/x-amz-json-1.0' },
  secretsmanager: { target: 'secretsmanager', contentType: 'application/x-amz-json-1.1' },
} as const;

export type Call = (
  operation: string,
  input: object,
  signal?: AbortSignal,
) => Promise<Record<string, unknown>>;

const agent = new Agent({ keepAlive: true });

/**
 * A client for one engine. The engines do not check signatures, so this spends on a call about a fifth of what the AWS
 * SDK does, and the host starts without loading it.
 * @param endpoint base URL.
 * @throws {EngineError} what the returned function throws when the engine refuses.
 */
export function engineClient(service: keyof typeof SERVICES, endpoint: string): Call {
  const { target, contentType } = SERVICES[service];
  const url = new URL('/', endpoint);
  const authorization =
    `AWS4-HMAC-SHA256 Credential=local/20260101/${REGION}/${service}/aws4_request, ` +
    'SignedHeaders=host, Signature=0';
  return (operation, input, signal) =>
    new Promise((resolve, reject) => {
      const body = Buffer.from(JSON.stringify(input));
      const headers = {
        'content-type': contentType,
        'content-length': body.length,
        'x-amz-target': `${target}.${operation}`,
        'x-amz-date': '20260101T000000Z',
        authorization,
      };
      const options = { agent, method: 'POST', headers, ...(signal ? { signal } : {}) };
      const sent = request(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          try {
            const answer: Record<string, unknown> = text === '' ? {} : JSON.parse(text);
            if (response.statusCode === 200) resolve(answer);
            else reject(refusal(operation, response.statusCode ?? 0, answer));
          } catch {
            reject(new EngineError(`Http${response.statusCode}`, operation, text.slice(0, 200)));
          }
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

function refusal(operation: string, status: number, answer: Record<string, unknown>): EngineError {
  const type = String(answer.__type ?? `Http${status}`).replace(/^.*#/, '');
  return new EngineError(type, operation, String(answer.message ?? answer.Message ?? ''));
}
