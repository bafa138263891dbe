import { createPrivateKey } from 'node:crypto';

/** Whether the text is an RSA private key in PEM, the only kind that signs Google's claims. */
export function isRsaPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey({ key: pem, format: 'pem' }).asymmetricKeyType === 'rsa';
  } catch {
    // The parser's own words may quote the key; the caller says what it should have been.
    return false;
  }
}
