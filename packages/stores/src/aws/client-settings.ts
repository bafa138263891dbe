/** The environment is read while the module loads: hosts that run several functions swap it around each import. */
const environment = {
  region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  sessionToken: process.env.AWS_SESSION_TOKEN,
  fips: process.env.AWS_USE_FIPS_ENDPOINT === 'true',
  endpoint: process.env.AWS_ENDPOINT_URL,
  endpoints: {
    dynamodb: process.env.AWS_ENDPOINT_URL_DYNAMODB,
    sqs: process.env.AWS_ENDPOINT_URL_SQS,
    s3: process.env.AWS_ENDPOINT_URL_S3,
    kms: process.env.AWS_ENDPOINT_URL_KMS,
    'secrets-manager': process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER,
  },
};

/** How long one attempt may take, and how many there are. Milliseconds. */
export interface Patience {
  readonly connect: number;
  /** Until the answer's headers, and between any two bytes. */
  readonly answer: number;
  readonly attempts: number;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What tests and tools may say instead of the environment. */
export interface ClientOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: Credentials;
  readonly patience?: Patience;
}

/**
 * Settings that every client shares. All that the SDK would otherwise look for in files on its first call is said
 * here; a function's credentials are in its environment and stay the same as long as it lives.
 */
export function clientSettings(
  service: keyof typeof environment.endpoints,
  patience: Patience,
  options: ClientOptions,
) {
  const region = options.region ?? environment.region;
  const endpoint = options.endpoint ?? environment.endpoints[service] ?? environment.endpoint;
  const credentials = options.credentials ?? environmentCredentials();
  const { connect, answer, attempts } = options.patience ?? patience;
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    defaultsMode: 'standard' as const,
    retryMode: 'standard',
    maxAttempts: attempts,
    useFipsEndpoint: environment.fips,
    useDualstackEndpoint: false,
    requestHandler: {
      connectionTimeout: connect,
      requestTimeout: answer,
      throwOnRequestTimeout: true,
      socketTimeout: answer,
      httpAgent: { keepAlive: true, maxSockets: 64 },
      httpsAgent: { keepAlive: true, maxSockets: 64 },
    },
  };
}

/**
 * What a call needs that is made without the SDK.
 * @throws when the environment lacks what the options leave out: Lambda always sets it.
 */
export function connectionOf(service: keyof typeof environment.endpoints, options: ClientOptions) {
  const region = options.region ?? environment.region;
  const credentials = options.credentials ?? environmentCredentials();
  if (region === undefined || credentials === undefined)
    throw new Error('AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set');
  const endpoint = options.endpoint ?? environment.endpoints[service] ?? environment.endpoint;
  return { region, credentials, endpoint, fips: environment.fips };
}

/** Without them the SDK looks for credentials in its own ways. */
function environmentCredentials(): Credentials | undefined {
  const { accessKeyId, secretAccessKey, sessionToken } = environment;
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}
