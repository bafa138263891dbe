import { type GatewaySnapshot, Refusal } from '@weir/core';

/** An item may have 400 KB, and a gateway is one item. */
const MOST_BYTES = 350 * 1024;

/** Settings, keys and deployed routes share the gateway's one item; the refusal when they do not fit it, else null. */
export function tooLarge(gateway: GatewaySnapshot): Refusal | null {
  const size = Buffer.byteLength(JSON.stringify(gateway));
  if (size <= MOST_BYTES) return null;
  return new Refusal('gatewayTooLarge', {
    message: `Settings, keys and deployed routes of the gateway would have ${size} bytes; it can hold ${MOST_BYTES}.`,
  });
}
