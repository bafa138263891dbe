import { parseBaseUrls } from '@weir/core';
import * as z from 'zod';
import { REGION } from '../assembly/scope.ts';
import type { EngineEndpoints } from '../engines/messages.ts';
import { InvalidSettings } from '../settings.ts';
import type { FunctionIdentity } from './invocation-context.ts';

/**
 * The variables by which any AWS SDK finds the embedded engines instead of the cloud. The host sets them on its own
 * process too, because the SDK reads some of them at its first call, when a function's own environment is gone.
 */
export function sdkEnvironment(endpoints: EngineEndpoints): Readonly<Record<string, string>> {
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_KMS: endpoints.kms,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager,
  };
}

interface Given {
  readonly identity: FunctionIdentity;
  readonly handler: string;
  readonly folder: string;
  /** `Environment.Variables`, resolved. */
  readonly declared: Readonly<Record<string, string>>;
  readonly host: Readonly<Record<string, string | undefined>>;
  readonly endpoints: EngineEndpoints;
}

/** A function's whole environment: Lambda's reserved variables, the engines, and what the template declares. */
export function functionEnvironment(given: Given): Readonly<Record<string, string>> {
  const { identity, handler, folder, declared, host, endpoints } = given;
  return {
    ...overridden(declared, host, endpoints),
    ...sdkEnvironment(endpoints),
    _HANDLER: handler,
    LAMBDA_TASK_ROOT: folder,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
    AWS_LAMBDA_FUNCTION_NAME: identity.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(identity.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${identity.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  };
}

/** The declared variables that the operator's own take the place of. */
export function overriddenNames({ declared, host }: Pick<Given, 'declared' | 'host'>): readonly string[] {
  return Object.keys(declared).filter((name) => name.startsWith('WEIR_') && host[name] !== undefined);
}

const BASE_URLS = 'WEIR_PROVIDER_BASE_URLS';
const PRICE_SOURCE = 'WEIR_PRICE_SOURCE';

const baseUrls = z.record(z.string(), z.string());

/**
 * A `WEIR_*` variable of the host takes the place of the declared one of the same name. The base URLs are joined
 * instead, so that an operator who redirects one provider keeps the demo provider. Prices are fetched from the network
 * only where somebody asks for it.
 */
function overridden(
  declared: Readonly<Record<string, string>>,
  host: Given['host'],
  endpoints: EngineEndpoints,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(declared).map(([name, value]) => {
      const own = name.startsWith('WEIR_') ? host[name] : undefined;
      if (name === PRICE_SOURCE) return [name, own ?? ''];
      if (name !== BASE_URLS) return [name, own ?? value];
      const joined = {
        ...parse(value),
        demo: endpoints.demoProvider,
        ...(own === undefined ? {} : parseOwn(own)),
      };
      return [name, JSON.stringify(joined)];
    }),
  );
}

/** As the functions will read it, which would only end with a stack. */
function parseOwn(text: string): Record<string, string> {
  const own = parse(text);
  try {
    parseBaseUrls(text);
  } catch (error) {
    throw new InvalidSettings(`${BASE_URLS}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return own;
}

function parse(text: string): Record<string, string> {
  try {
    return baseUrls.parse(JSON.parse(text));
  } catch {
    throw new InvalidSettings(`${BASE_URLS} must be a JSON object of provider slug to base URL.`);
  }
}
