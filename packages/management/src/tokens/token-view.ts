import { type EpochMs, type JsonValue, type TokenRecord, tokenStatus } from '@weir/core';

/** A token as the API shows it (spec 1.5). The contract has no word for "not valid yet": `not_before` says it. */
export function viewToken({ token, policies, condition, issuedOn, modifiedOn }: TokenRecord, now: EpochMs) {
  return {
    id: token.id,
    name: token.name,
    status: shownStatus(token, now),
    issued_on: issuedOn,
    modified_on: modifiedOn,
    ...lifetime(token),
    policies,
    ...(condition === null ? {} : { condition }),
  } satisfies JsonValue;
}

export function shownStatus(token: TokenRecord['token'], now: EpochMs): 'active' | 'disabled' | 'expired' {
  const status = tokenStatus(token, now);
  return status === 'not-yet-valid' ? 'active' : status;
}

export function lifetime({ notBefore, expiresOn }: TokenRecord['token']) {
  return {
    ...(notBefore === null ? {} : { not_before: rfc3339(notBefore) }),
    ...(expiresOn === null ? {} : { expires_on: rfc3339(expiresOn) }),
  };
}

/** Whole seconds without a fraction, as clients write them, so that what they read back is what they sent. */
const rfc3339 = (time: EpochMs) => new Date(time).toISOString().replace('.000Z', 'Z');
