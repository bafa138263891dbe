import { CUSTOM_CREDENTIAL_HEADERS, isForwardedHeader } from '@weir/core';
import * as z from 'zod';

const MOST = 20;
const MOST_BYTES = 4_096;
/** RFC 9110 5.6.2 and 5.5; what is not ASCII has no agreed meaning there. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e]*$/;
/** They say what the body is or how the answer is packed, which the gateway must know. */
const ABOUT_THE_BODY = ['accept-encoding', 'content-encoding', 'content-type'];

/**
 * The extra headers of a custom provider as the contract writes them (spec 5.15): a text that holds a JSON object. Refused
 * are the headers that the gateway never sends on and those that hold a key: keys are stored apart, and encrypted.
 */
export const extraHeaders = z.string().transform((text, context) => {
  const fail = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (Buffer.byteLength(text) > MOST_BYTES) return fail(`may have at most ${MOST_BYTES} bytes`);
  const given = parse(text);
  if (given === null) return fail('must be a text that holds a JSON object of names and values');
  const headers = new Map<string, string>();
  for (const [written, value] of Object.entries(given)) {
    const name = written.toLowerCase();
    if (!TOKEN.test(name) || name === '__proto__')
      return fail(`${JSON.stringify(written)} is no name of an HTTP header`);
    if (CUSTOM_CREDENTIAL_HEADERS.includes(name))
      return fail(`${written} holds a key: send it with the request, or store it on the gateway`);
    if (!isForwardedHeader(name) || ABOUT_THE_BODY.includes(name))
      return fail(`${written} is the gateway’s own`);
    if (typeof value !== 'string' || !VALUE.test(value))
      return fail(`the value of ${written} must be a text of printable ASCII characters`);
    if (headers.has(name)) return fail(`${written} is there twice`);
    headers.set(name, value);
  }
  return headers.size > MOST ? fail(`may have at most ${MOST} headers`) : Object.fromEntries(headers);
});

function parse(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    // Not JSON, which is what null says.
    return null;
  }
}
