import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import {
  isAllowedAddress,
  isAllowedHost,
  objectionTo,
  type PrivateEndpoints,
  UpstreamFailure,
} from '@weir/core';
import type { Destination } from './upstream-destination.ts';

/** All addresses of a name, as `dns.lookup` gives them. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const OBJECTIONS = {
  'not-https': 'its base URL is not https',
  'not-public': 'its base URL holds an address that is not public',
} as const;
const NOT_PUBLIC = 'its name leads to an address that is not public';

/**
 * Keeps requests whose destination an account chose on the public internet (design 11): addresses are looked at when a
 * connection is made, after the name is resolved, so a name that leads elsewhere the second time is refused then.
 */
export class AddressGuard {
  readonly #allowed: PrivateEndpoints;
  readonly #lookup: LookupFunction;

  constructor(allowed: PrivateEndpoints, resolve: Resolve = lookup) {
    this.#allowed = allowed;
    this.#lookup = publicLookup(allowed, resolve);
  }

  /**
   * The look-up to connect with; undefined: the system's, for a host that the operator names.
   * @throws {UpstreamFailure} when the place alone is not allowed: an address in it is never looked up.
   */
  lookupFor(destination: Destination): LookupFunction | undefined {
    const objection = objectionTo(this.#allowed, destination);
    if (objection) throw new UpstreamFailure('forbidden', OBJECTIONS[objection]);
    return isAllowedHost(this.#allowed, destination) ? undefined : this.#lookup;
  }
}

/** One address that may not be reached is one too many: which of them a connection takes is not ours to choose. */
function publicLookup(allowed: PrivateEndpoints, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      if (!addresses.every(({ address }) => isAllowedAddress(allowed, address)))
        return callback(new UpstreamFailure('forbidden', NOT_PUBLIC), '');
      const [first] = addresses;
      if (options.all || !first) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}
