import { type EpochMs, epochMs, parseAddressRange, Refusal } from '@weir/core';
import * as z from 'zod';
import { policiesBody } from './policies.ts';

const instant = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time such as 2027-01-31T00:00:00Z' })
  .transform((text) => epochMs(Date.parse(text)));

const ranges = z
  .array(
    z
      .string()
      .refine((text) => parseAddressRange(text) !== null, { error: 'is no IP address or CIDR range' }),
  )
  .max(200);

const condition = z.strictObject({
  request_ip: z.strictObject({ in: ranges.exactOptional(), not_in: ranges.exactOptional() }).exactOptional(),
});

export type TokenCondition = z.output<typeof condition>;

const name = z.string().trim().min(1).max(120);

const conditions = {
  condition: condition.nullable().exactOptional(),
  not_before: instant.nullable().exactOptional(),
  expires_on: instant.nullable().exactOptional(),
};

export const newTokenBody = z.strictObject({ name, policies: policiesBody, ...conditions });

/** A merge like every update of ours: a client that leaves out `expires_on` must not make a token eternal by it. */
export const tokenChangeBody = z.strictObject({
  name: name.exactOptional(),
  policies: policiesBody.exactOptional(),
  ...conditions,
  /** `expired` is what a read may have shown; it cannot be set, so it changes nothing. */
  status: z.enum(['active', 'disabled', 'expired']).exactOptional(),
  /** Fields that only we write, taken from clients that send back what they read. */
  id: z.unknown().optional(),
  issued_on: z.unknown().optional(),
  modified_on: z.unknown().optional(),
  last_used_on: z.unknown().optional(),
});

/** The address lists of a condition, as a token keeps them. */
export function addressesOf(given: TokenCondition | null) {
  return {
    allowedAddresses: given?.request_ip?.in ?? [],
    deniedAddresses: given?.request_ip?.not_in ?? [],
  };
}

export function checkLifetime(notBefore: EpochMs | null, expiresOn: EpochMs | null): Refusal | null {
  if (notBefore === null || expiresOn === null || notBefore < expiresOn) return null;
  return new Refusal('invalidBody', {
    message: 'expires_on: must be later than not_before',
    path: ['body', 'expires_on'],
  });
}
