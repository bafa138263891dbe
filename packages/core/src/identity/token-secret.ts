import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { TokenHash } from '../ids.ts';
import type { Secret } from '../secret.ts';

const PREFIX = 'weir_';
const BODY = 40;
const CHECK = 6;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const INSIDE = new RegExp(`${PREFIX}[0-9A-Za-z]{${BODY + CHECK}}`, 'g');
const SHAPE = new RegExp(`^${PREFIX}[0-9A-Za-z]{${BODY + CHECK}}$`);

/**
 * A new token: `weir_`, 40 random base-62 characters (238 bits), and a 6-character checksum, so that a scanner can
 * find leaked tokens and a mistyped or foreign one is refused without asking the store.
 *
 * @param random 64 bytes or more from a cryptographic source; bytes that would bias the alphabet are skipped.
 */
export function mintToken(random: Uint8Array): string {
  let body = '';
  for (const byte of random) {
    if (byte < 248 && body.length < BODY) body += ALPHABET[byte % 62];
  }
  if (body.length < BODY) throw new Error('mintToken needs more random bytes');
  return PREFIX + body + checksum(PREFIX + body);
}

/** Whether the text is one of our tokens by shape and checksum; says nothing about whether it is valid. */
export function isWeirToken(text: string): boolean {
  return SHAPE.test(text) && text.slice(-CHECK) === checksum(text.slice(0, -CHECK));
}

/** Whether one of our tokens stands anywhere in the text, for instance behind a scheme. */
export function holdsWeirToken(text: string): boolean {
  return text.includes(PREFIX) && (text.match(INSIDE)?.some(isWeirToken) ?? false);
}

export function hashToken(token: Secret): TokenHash {
  return hash('sha256', token.reveal(), 'hex') as TokenHash;
}

function checksum(text: string): string {
  let rest = crc32(text);
  let out = '';
  for (let i = 0; i < CHECK; i++) {
    out = ALPHABET[rest % 62] + out;
    rest = Math.floor(rest / 62);
  }
  return out;
}
