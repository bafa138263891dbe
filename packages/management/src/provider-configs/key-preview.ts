import { assertNever, type Credential } from '@weir/core';

const MOST_IN_FRONT = 8;
const BEHIND = 4;
const GAP = '…';

/**
 * Enough of a key to tell it from others (spec 5.2-3): of a plain one its beginning and its last four characters, of a
 * structured one the part that is no secret. Never more than a quarter of what is masked.
 */
export function previewOf(credential: Credential): string {
  switch (credential.kind) {
    case 'aws':
      return masked(credential.accessKeyId);
    case 'google':
      return masked(credential.clientEmail);
    case 'key':
      return masked(credential.key.reveal());
    default:
      return assertNever(credential);
  }
}

function masked(text: string): string {
  const shown = Math.floor(text.length / 4);
  const behind = Math.min(BEHIND, shown);
  const front = Math.min(MOST_IN_FRONT, shown - behind);
  return text.slice(0, front) + GAP + (behind === 0 ? '' : text.slice(-behind));
}
