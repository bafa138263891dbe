import { objectionTo, type PrivateEndpoints } from '../http/private-endpoints.ts';

const LONGEST = 2_048;
/** `new URL` reads backslashes as slashes and drops tabs and line breaks: what is stored must be what is called. */
const PLAIN = /^[!-[\]-~]+$/;

/**
 * What is wrong with a custom provider's base URL (spec 5.15, design 11), as a sentence for whoever sets it; null when
 * nothing is. The name in it is not resolved: where it leads is looked at when a request connects.
 */
export function baseUrlFault(text: string, allowed: PrivateEndpoints): string | null {
  if (text.length > LONGEST) return `must have at most ${LONGEST} characters`;
  const url = PLAIN.test(text) ? URL.parse(text) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return 'must be a valid https URL';
  if (url.username !== '' || url.password !== '')
    return 'must not hold credentials: send them with the request, or store a key';
  if (/[?#]/.test(text)) return 'must not have a query or a fragment';
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  switch (objectionTo(allowed, { hostname, port: url.port, secure: url.protocol === 'https:' })) {
    case 'not-https':
      return 'must be a valid https URL';
    case 'not-public':
      return 'must be a public address: a private one must be among the operator’s private endpoints';
    case null:
      return null;
  }
}

/** The base URL as requests are made from it: as `URL` writes it, without a slash at its end. */
export const cleanBaseUrl = (text: string): string => new URL(text).href.replace(/\/+$/, '');
