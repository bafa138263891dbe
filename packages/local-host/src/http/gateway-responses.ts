import type { ServerResponse } from 'node:http';
import { Unsupported } from '../assembly/unsupported.ts';

export interface GatewayResponseDefinition {
  readonly type: string;
  /** Null: the type's own. */
  readonly status: number | null;
  /** `gatewayresponse.header.<name>` → `'<value>'`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Body template for JSON; null: API Gateway's own. */
  readonly template: string | null;
  /** Construct path, for the message. */
  readonly where: string;
}

/** The answers that the API itself gives, with API Gateway's statuses and messages where the template sets none. */
const BUILT_IN = {
  MISSING_AUTHENTICATION_TOKEN: { status: 403, message: 'Missing Authentication Token' },
  REQUEST_TOO_LARGE: { status: 413, message: 'Request body is too large' },
  /** API Gateway has no type of its own for these two; the account-wide default answers. */
  HEADERS_TOO_LARGE: { status: 431, message: 'The request headers are larger than 10240 bytes' },
  INTEGRATION_FAILURE: { status: 502, message: 'Internal server error' },
  INTEGRATION_TIMEOUT: { status: 504, message: 'Endpoint request timed out' },
} as const;

export type GatewayResponseType = keyof typeof BUILT_IN;

const DEFAULT_TEMPLATE = '{"message":$context.error.messageString}';
const HEADER = /^gatewayresponse\.header\.(.+)$/;
const QUOTED = /^'(.*)'$/;
const VARIABLE =
  /\$context\.(error\.messageString|error\.message|error\.responseType|requestId|extendedRequestId)/g;

interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly template: string;
}

/** Writes the API's own answers as the template's `AWS::ApiGateway::GatewayResponse`s have them. */
export class GatewayResponses {
  readonly #defined: Map<string, GatewayResponseDefinition>;

  /** @throws {Unsupported} for a template or header that needs more than this host can fill in. */
  constructor(definitions: readonly GatewayResponseDefinition[]) {
    for (const definition of definitions) check(definition);
    this.#defined = new Map(definitions.map((definition) => [definition.type, definition]));
  }

  /** @param message takes the place of the type's own message. */
  send(response: ServerResponse, type: GatewayResponseType, requestId: string, message?: string): void {
    const { status, headers, template } = this.#answer(type);
    const text = message ?? BUILT_IN[type].message;
    const values: Record<string, string> = {
      'error.messageString': JSON.stringify(text),
      'error.message': text,
      'error.responseType': type,
      requestId,
      extendedRequestId: requestId,
    };
    const body = Buffer.from(template.replace(VARIABLE, (_, name: string) => values[name] ?? ''));
    response.writeHead(status, [
      ...(headers.some((name) => name.toLowerCase() === 'content-type')
        ? []
        : ['content-type', 'application/json']),
      ...headers,
      'x-amzn-errortype',
      errorType(type),
      'x-amzn-requestid',
      requestId,
      'content-length',
      String(body.length),
    ]);
    response.end(body);
  }

  #answer(type: GatewayResponseType): Answer {
    const { status } = BUILT_IN[type];
    const own = this.#defined.get(type);
    const fallback = this.#defined.get(status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
    const used = own ?? fallback;
    return {
      status: used?.status ?? status,
      headers: Object.entries(used?.parameters ?? {}).flatMap(([key, value]) => [
        HEADER.exec(key)?.[1] ?? key,
        QUOTED.exec(value)?.[1] ?? value,
      ]),
      template: used?.template ?? DEFAULT_TEMPLATE,
    };
  }
}

function check({ template, parameters, where }: GatewayResponseDefinition): void {
  const unknown = template?.replace(VARIABLE, '').match(/\$(context|input|stageVariables|util)\b[.\w]*/);
  if (unknown) throw new Unsupported(`${where} › ResponseTemplates`, unknown[0]);
  for (const [key, value] of Object.entries(parameters)) {
    if (!HEADER.test(key) || !QUOTED.test(value)) {
      throw new Unsupported(`${where} › ResponseParameters`, `${key}: ${value} (only fixed headers)`);
    }
  }
}

function errorType(type: GatewayResponseType): string {
  switch (type) {
    case 'MISSING_AUTHENTICATION_TOKEN':
      return 'MissingAuthenticationTokenException';
    case 'REQUEST_TOO_LARGE':
      return 'RequestTooLargeException';
    case 'HEADERS_TOO_LARGE':
      return 'BadRequestException';
    case 'INTEGRATION_FAILURE':
    case 'INTEGRATION_TIMEOUT':
      return 'InternalServerErrorException';
  }
}
