import { generateKeyPairSync } from 'node:crypto';

/** Made for each run, so that no key lies in the repository. */
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

export const PRIVATE_KEY = pair.privateKey;
export const PUBLIC_KEY = pair.publicKey;

/** A service account's file as Google Cloud hands it out. */
export const SERVICE_ACCOUNT = {
  type: 'service_account',
  project_id: 'acme-prod',
  private_key_id: '0123456789abcdef',
  private_key: PRIVATE_KEY,
  client_email: 'weir@acme-prod.iam.gserviceaccount.com',
  client_id: '1',
  token_uri: 'https://oauth2.googleapis.com/token',
};
