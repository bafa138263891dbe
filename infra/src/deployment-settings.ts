import { resolve } from 'node:path';
import { parsePrivateEndpoints, type UnifiedBilling } from '@weir/core';
import type { Node } from 'constructs';
import * as z from 'zod';

const repository = resolve(import.meta.dirname, '../..');

/** `cdk -c key=value` gives every value as text; `cdk.json` and `CDK_CONTEXT_JSON` keep its type. */
const flag = z.union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })]);

const baseUrls = z.record(
  z.string().regex(/^[a-z0-9-]+$/, 'a provider slug'),
  z.url({ protocol: /^https?$/, error: 'an http or https URL' }),
);

/** Core says what one is, to the deployment and to the functions alike. */
const privateEndpoints = z.array(z.string()).superRefine((endpoints, context) => {
  try {
    parsePrivateEndpoints(JSON.stringify(endpoints));
  } catch (error) {
    context.addIssue({ code: 'custom', message: String(error) });
  }
});

const contextSchema = z.object({
  deletionProtection: flag.default(true),
  providerBaseUrls: z.union([baseUrls, z.string().transform(parseJson).pipe(baseUrls)]).default({}),
  privateEndpoints: z
    .union([privateEndpoints, z.string().transform(parseJson).pipe(privateEndpoints)])
    .default([]),
  unifiedBilling: z.enum(['open', 'credits']).default('open'),
  bedrockRole: flag.default(false),
  upstreamTimeoutMs: z.coerce.number().int().min(1_000).max(890_000).default(280_000),
  priceSource: z
    .union([z.literal(''), z.url({ protocol: /^https$/, error: 'an https URL, or empty' })])
    .default('https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json'),
  region: z.string().optional(),
  stackName: z.string().default('Weir'),
  alarmTopicArn: z.string().startsWith('arn:').optional(),
  apiGatewayLogRole: flag.default(true),
  bundleRoot: z.string().default(resolve(repository, 'packages')),
});

/** What an operator may decide about a deployment, as CDK context (`docs/deploy.md` lists it for operators). */
export interface DeploymentSettings {
  /** Tables, bucket, key and secrets survive `cdk destroy`, and tables refuse to be deleted. Default true. */
  readonly deletionProtection: boolean;
  /** Provider slug → base URL, in place of the provider's own: private endpoints, proxies, simulators. */
  readonly providerBaseUrls: Readonly<Record<string, string>>;
  /** Hosts, `host:port` and CIDR ranges that custom providers may reach although they are not public. Default none. */
  readonly privateEndpoints: readonly string[];
  /** Whether the operator's provider keys serve everybody who may use a gateway, or are paid from prepaid credits. Default `open`. */
  readonly unifiedBilling: UnifiedBilling;
  /** Requests to Bedrock without a key are signed as the function itself, in the stack's region. Default false. */
  readonly bedrockRole: boolean;
  /** How long a provider may take to begin its answer. Default 280,000 ms, inside API Gateway's idle limit of 5 minutes. */
  readonly upstreamTimeoutMs: number;
  /** Where prices are fetched from once a day, in the form of genai-prices. Empty: never; the shipped book counts. */
  readonly priceSource: string;
  /** Fixes the stack's region; otherwise the CLI's profile decides. */
  readonly region?: string | undefined;
  /** Two gateways in one account need two names. Default `Weir`. */
  readonly stackName: string;
  /** An SNS topic that the alarms notify. Without it they only show in CloudWatch. */
  readonly alarmTopicArn?: string | undefined;
  /**
   * Sets the role with which API Gateway writes logs. It is one setting for the whole account and region, so switch it
   * off where the account has its own. Default true, because a new account has none and would refuse the deployment.
   */
  readonly apiGatewayLogRole: boolean;
  /** The folder that holds `<package>/dist/<function>/index.mjs`. Default: the repository's `packages`. */
  readonly bundleRoot: string;
}

/** @throws when a context value is not what it should be, naming the key. */
export function readDeploymentSettings(node: Node): DeploymentSettings {
  const given = Object.fromEntries(
    Object.keys(contextSchema.shape).map((key) => [key, node.tryGetContext(key) as unknown]),
  );
  const result = contextSchema.safeParse(given);
  if (!result.success) {
    throw new Error(`The CDK context is not valid:\n${z.prettifyError(result.error)}`);
  }
  return result.data;
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'neither the value nor its JSON' });
    return z.NEVER;
  }
}
