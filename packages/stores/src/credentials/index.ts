/** The operator's provider keys. */
export { createPlatformCredentials, type PlatformCredentialsOptions } from './platform-credentials.ts';
export type { SecretFinder, SecretReader } from './secret-reader.ts';
