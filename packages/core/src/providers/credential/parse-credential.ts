import { type Fault, fault, isFault } from '../../form/fault.ts';
import { isJson, type Json, parseJson } from '../../form/json.ts';
import { Secret } from '../../secret.ts';
import type { ProviderDescriptor } from '../descriptor.ts';
import type { Credential, KeyPlace } from './credential.ts';
import {
  AWS_REGION,
  AZURE_RESOURCE,
  CLOUDFLARE_ACCOUNT,
  GOOGLE_PROJECT,
  isGoogleLocation,
} from './place-names.ts';
import { isRsaPrivateKey } from './rsa-private-key.ts';

/** Longer than any provider's key, an AWS session token or a service account's file; characters. */
export const MAX_CREDENTIAL_LENGTH = 16_384;
/** What a header can carry without being read otherwise: visible ASCII, no space, no line break. */
const HEADER_SAFE = /^[\x21-\x7e]+$/;
const LOOKS_LIKE_JSON = /^\s*[[{"]/;
const BASE64_JSON = /^eyJ[A-Za-z0-9+/_-]+={0,2}$|^ew[A-Za-z0-9+/_-]+={0,2}$/;
const GOOGLE_TOKEN_URI = 'https://oauth2.googleapis.com/token';
const EMAIL = /^[^\s@]{1,128}@[^\s@]{1,253}$/;

type Provider = Pick<ProviderDescriptor, 'slug' | 'credential'>;
type Reader = (parts: Parts) => Credential | Fault;

/**
 * A provider's credential from what was stored or sent (spec 5.2-8): one string, or JSON where the provider needs more.
 *
 * | Provider | JSON |
 * | --- | --- |
 * | aws-bedrock | `accessKeyId`, `secretAccessKey`, `region`, `sessionToken`?; or `api_key`, `region`? |
 * | google-vertex-ai | a service account's file and `region`?, also as base64; or `api_key` |
 * | azure-openai | `api_key`, `resource_name` or `resource`? |
 * | workers-ai | `api_token` (or `api_key`), `account_id`? |
 * | every other | `api_key` |
 *
 * Members that are not named here are ignored. Never throws. A fault's path names the member, and its message holds
 * nothing of the text.
 */
export function parseCredential(provider: Provider, text: string): Credential | Fault {
  if (provider.credential.kind === 'none') return fault([], 'This provider takes no key.');
  if (text.trim() === '') return fault([], 'The key is empty.');
  if (text.length > MAX_CREDENTIAL_LENGTH)
    return fault(
      [],
      `The key is longer than ${MAX_CREDENTIAL_LENGTH} characters, which no provider's key is.`,
    );
  const json = jsonText(provider, text);
  if (json === null) return HEADER_SAFE.test(text) ? key(text, {}) : UNSAFE_KEY;
  const parsed = parseJson(json);
  if (!isJson(parsed))
    return fault([], 'The key begins like JSON but is no JSON object. Send the bare key, or a whole object.');
  return (READERS.get(provider.slug) ?? readOnlyKey)(new Parts(parsed));
}

const UNSAFE_KEY = fault(
  [],
  'The key holds a space, a line break or a character outside ASCII. Send it exactly as the provider gave it.',
);

/** The JSON in the text, which for Google may be wrapped in base64; null: the text is a plain key. */
function jsonText({ slug }: Provider, text: string): string | null {
  if (LOOKS_LIKE_JSON.test(text)) return text;
  if (slug !== 'google-vertex-ai' || !BASE64_JSON.test(text)) return null;
  const decoded = Buffer.from(text, 'base64').toString('utf8');
  // A JSON web token begins alike and has dots, which base64 has not.
  return LOOKS_LIKE_JSON.test(decoded) ? decoded : null;
}

const key = (text: string, place: KeyPlace): Credential => ({ kind: 'key', key: new Secret(text), place });

/** The members of a structured secret. */
class Parts {
  readonly #members: Json;

  constructor(members: Json) {
    this.#members = members;
  }

  /** The first of the names that is there; what a JSON `null` holds is not there. */
  name(...names: [string, ...string[]]): string | null {
    return names.find((name) => Object.hasOwn(this.#members, name) && this.#members[name] !== null) ?? null;
  }

  value(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
  }

  /** A required text under the first of the names that is there. */
  text(isRight: (text: string) => boolean, what: string, ...names: [string, ...string[]]): string | Fault {
    const name = this.name(...names);
    if (name === null) return fault([names[0]], `The key has no "${names[0]}", which must be ${what}.`);
    const value = this.value(name);
    return typeof value === 'string' && isRight(value) ? value : fault([name], `"${name}" must be ${what}.`);
  }

  /** As {@link text}; undefined when none of the names is there. */
  optional(
    isRight: (text: string) => boolean,
    what: string,
    ...names: [string, ...string[]]
  ): string | undefined | Fault {
    return this.name(...names) === null ? undefined : this.text(isRight, what, ...names);
  }

  /** A part that goes into a header. */
  headerText(...names: [string, ...string[]]): string | Fault {
    return this.text(isHeaderSafe, 'a text without spaces and line breaks', ...names);
  }
}

const isHeaderSafe = (text: string) => HEADER_SAFE.test(text);
const matches = (pattern: RegExp) => (text: string) => pattern.test(text);

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['aws-bedrock', readAws],
  ['google-vertex-ai', readGoogle],
  ['azure-openai', readAzure],
  ['workers-ai', readWorkersAi],
]);

const AWS_REGION_WORDS = 'an AWS region such as "us-east-1"';

function readAws(parts: Parts): Credential | Fault {
  if (parts.name('accessKeyId', 'secretAccessKey') === null && parts.name('api_key') !== null) {
    const region = parts.optional(matches(AWS_REGION), AWS_REGION_WORDS, 'region');
    return isFault(region) ? region : readOnlyKey(parts, region === undefined ? {} : { region });
  }
  const accessKeyId = parts.text(matches(/^\w{1,128}$/), 'an AWS access key id', 'accessKeyId');
  if (isFault(accessKeyId)) return accessKeyId;
  const secretAccessKey = parts.headerText('secretAccessKey');
  if (isFault(secretAccessKey)) return secretAccessKey;
  const region = parts.text(matches(AWS_REGION), AWS_REGION_WORDS, 'region');
  if (isFault(region)) return region;
  const sessionToken = parts.name('sessionToken') === null ? null : parts.headerText('sessionToken');
  if (isFault(sessionToken)) return sessionToken;
  return {
    kind: 'aws',
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: sessionToken === null ? null : new Secret(sessionToken),
    place: { region },
  };
}

function readGoogle(parts: Parts): Credential | Fault {
  const type = parts.value('type');
  const serviceAccount = parts.name('client_email', 'private_key') !== null;
  if (!serviceAccount && parts.name('api_key') !== null) return readOnlyKey(parts);
  if (type !== undefined && type !== 'service_account')
    return fault(
      ['type'],
      '"type" must be "service_account": send the JSON file of a service account\'s key.',
    );
  const project = parts.text(matches(GOOGLE_PROJECT), "a Google Cloud project's id", 'project_id');
  if (isFault(project)) return project;
  const clientEmail = parts.text(matches(EMAIL), "the service account's e-mail address", 'client_email');
  if (isFault(clientEmail)) return clientEmail;
  const privateKey = parts.text(isRsaPrivateKey, 'an RSA private key in PEM', 'private_key');
  if (isFault(privateKey)) return privateKey;
  const privateKeyId = parts.optional(isHeaderSafe, "the private key's id", 'private_key_id');
  if (isFault(privateKeyId)) return privateKeyId;
  const tokenUri = parts.optional(isGoogleUri, 'an https URL of googleapis.com', 'token_uri');
  if (isFault(tokenUri)) return tokenUri;
  const region = parts.optional(isGoogleLocation, 'a Google Cloud region or "global"', 'region');
  if (isFault(region)) return region;
  return {
    kind: 'google',
    clientEmail,
    privateKey: new Secret(privateKey),
    privateKeyId: privateKeyId ?? null,
    tokenUri: tokenUri ?? GOOGLE_TOKEN_URI,
    place: { project, ...(region === undefined ? {} : { region }) },
  };
}

/** The signed claim goes there, and whoever has it can be the service account for a minute. */
function isGoogleUri(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    url.protocol === 'https:' &&
    (url.hostname === 'googleapis.com' || url.hostname.endsWith('.googleapis.com')) &&
    url.port === '' &&
    url.username === '' &&
    url.password === ''
  );
}

function readAzure(parts: Parts): Credential | Fault {
  const what = "the resource's name: the first label of its host";
  const resource = parts.optional(matches(AZURE_RESOURCE), what, 'resource_name', 'resource');
  return isFault(resource) ? resource : readOnlyKey(parts, resource === undefined ? {} : { resource });
}

function readWorkersAi(parts: Parts): Credential | Fault {
  const account = parts.optional(
    matches(CLOUDFLARE_ACCOUNT),
    'an account id of 32 hexadecimal digits',
    'account_id',
  );
  if (isFault(account)) return account;
  const token = parts.headerText('api_token', 'api_key');
  return isFault(token) ? token : key(token, account === undefined ? {} : { account });
}

function readOnlyKey(parts: Parts, place: KeyPlace = {}): Credential | Fault {
  const text = parts.headerText('api_key');
  return isFault(text) ? text : key(text, place);
}
