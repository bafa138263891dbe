import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type KeyBinding, type SealedSecret, Secret } from '@weir/core';
import type { DataKey } from './data-keys.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Seals with a data key that seals nothing else, so that no initialisation vector can ever repeat under it. */
export function seal(secret: Secret, { key, wrapped }: DataKey, binding: KeyBinding): SealedSecret {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(binding));
  const data = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { v: 1, wrapped, iv: iv.toString('base64'), data: data.toString('base64') };
}

/** Null: damaged, or sealed for another binding. */
export function open({ iv, data }: SealedSecret, key: Buffer, binding: KeyBinding): Secret | null {
  const bytes = Buffer.from(data, 'base64');
  const vector = Buffer.from(iv, 'base64');
  if (bytes.length < TAG_BYTES || vector.length !== IV_BYTES || key.length !== 32) return null;
  const decipher = createDecipheriv(CIPHER, key, vector, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(binding));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
    return new Secret(text.toString('utf8'));
  } catch {
    // The tag does not fit, and OpenSSL says no more than that.
    return null;
  }
}

/** JSON, so that no two bindings have the same bytes. */
function boundTo({ account, gateway, provider }: KeyBinding): Buffer {
  return Buffer.from(JSON.stringify(['weir provider key', 1, account, gateway, provider]));
}
