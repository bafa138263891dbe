import { placedBedrockModel } from '../../dialects/bedrock-address.ts';
import { type HeaderMap, header } from '../../http/header-map.ts';
import { AWS_REGION } from '../credential/place-names.ts';
import { defineProvider } from '../descriptor.ts';
import { badPath, fillBase, splitPath } from '../upstream-path.ts';

const MANTLE = 'bedrock-mantle';
const DOMAINS: ReadonlyMap<string, string> = new Map([
  ['bedrock-runtime', 'amazonaws.com'],
  // spec/providers 1: the OpenAI- and Anthropic-style services live under AWS's newer domain.
  [MANTLE, 'api.aws'],
]);

/** The Bedrock API key in `Authorization`; null when there is a signature, or nothing. */
const bearerKey = (headers: HeaderMap) =>
  /^Bearer\s+(\S+)\s*$/i.exec(header(headers, 'authorization') ?? '')?.[1] ?? null;

export const awsBedrock = defineProvider({
  slug: 'aws-bedrock',
  name: 'Amazon Bedrock',
  compatPrefixes: ['aws-bedrock'],
  baseUrl: 'https://{service}.{region}.{domain}',
  // A Bedrock API key. A caller's signature (SigV4) is over the AWS URL and passes as it is.
  credentialHeaders: ['authorization', 'x-api-key', 'x-amz-security-token'],
  credentialQuery: ['X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Security-Token'],
  translated: true,
  usage: 'bedrock',
  placeModel: (model, { region }) => (region === undefined ? model : placedBedrockModel(model, region)),
  modelInPath: /^[^/]+\/[^/]+\/model\/([^/]+)/,
  resolve({ baseUrl, headers, path }) {
    const [service = '', region = '', rest = ''] = splitPath(path, 2);
    const domain = DOMAINS.get(service);
    if (!domain)
      return badPath(`The path must begin with one of the services ${[...DOMAINS.keys()].join(', ')}.`);
    if (!AWS_REGION.test(region))
      return badPath(
        'The path must be "{service}/{region}/{endpoint}" with an AWS region such as us-east-1.',
      );
    if (rest === '') return badPath('The path must be "{service}/{region}/{endpoint}".');
    const url = `${fillBase(baseUrl, { service, region, domain })}/${rest}`;
    const key = service === MANTLE && rest.startsWith('anthropic/') ? bearerKey(headers) : null;
    // The Anthropic surface takes the key where Anthropic does.
    return key === null ? { url } : { url, setHeaders: [['x-api-key', key]], dropHeaders: ['authorization'] };
  },
});
