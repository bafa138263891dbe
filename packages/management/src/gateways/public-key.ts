import { createPublicKey } from 'node:crypto';

/** A private key would also give a public one, so the label is looked at: nobody should store a private key by mistake. */
const SPKI = /^\s*-----BEGIN PUBLIC KEY-----/;

export function isRsa4096PublicKey(pem: string): boolean {
  if (!SPKI.test(pem)) return false;
  try {
    const key = createPublicKey({ key: pem, format: 'pem', type: 'spki' });
    return key.asymmetricKeyType === 'rsa' && key.asymmetricKeyDetails?.modulusLength === 4096;
  } catch {
    // Not a key at all: the answer to the question is no.
    return false;
  }
}
