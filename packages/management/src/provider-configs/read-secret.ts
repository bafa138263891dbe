import { type KeyPlace, parseCredential, Refusal, Secret } from '@weir/core';
import { previewOf } from './key-preview.ts';
import type { KeyProvider } from './key-provider.ts';

/** A secret that a request can be made with, and what of it may be shown. */
export interface ReadSecret {
  readonly secret: Secret;
  readonly place: KeyPlace;
  readonly preview: string;
}

/** Checks a secret before it is sealed: afterwards nobody on this side can. What is wrong is named, never quoted. */
export function readSecret(provider: KeyProvider, text: string): ReadSecret | Refusal {
  const credential = parseCredential(provider, text);
  if (credential.kind === 'fault') {
    return new Refusal('invalidBody', {
      message: `secret: ${credential.message}`,
      path: ['body', 'secret', ...credential.path],
    });
  }
  return { secret: new Secret(text), place: credential.place, preview: previewOf(credential) };
}
