import { header, Refusal } from '@weir/core';
import type * as z from 'zod';
import { faultsOf } from './faults.ts';
import type { ManagementRequest } from './request.ts';

/** Settings end up in one stored item of at most 400 KB that the data plane reads often: no body need be this large. */
const MAX_BODY_BYTES = 256 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The request's JSON object, checked. Unknown fields are faults: a setting must not get lost in silence. */
export function readBody<Schema extends z.ZodType>(
  request: ManagementRequest,
  schema: Schema,
): z.output<Schema> | Refusal {
  const json = parseJson(request);
  if (json instanceof Refusal) return json;
  const parsed = schema.safeParse(json.value, { error: sayWhatIsRequired });
  return parsed.success
    ? parsed.data
    : new Refusal('invalidBody', { faults: faultsOf(parsed.error, 'body') });
}

/** zod would say "expected string, received undefined". */
const sayWhatIsRequired = (issue: z.core.$ZodRawIssue) =>
  issue.code === 'invalid_type' && issue.input === undefined ? 'is required' : undefined;

function parseJson({ body, headers }: ManagementRequest): { readonly value: unknown } | Refusal {
  if (body.byteLength > MAX_BODY_BYTES) {
    return new Refusal('bodyTooLarge', {
      message: `The body has ${body.byteLength} bytes; the management API takes at most ${MAX_BODY_BYTES}.`,
    });
  }
  if (body.byteLength === 0) {
    return new Refusal('malformedJson', {
      message: 'This call needs a JSON object as its body.',
      path: ['body'],
    });
  }
  try {
    return { value: JSON.parse(utf8.decode(body)) };
  } catch (cause) {
    const type = header(headers, 'content-type');
    const hint = type === undefined || /json/i.test(type) ? '' : ' This API takes JSON and nothing else.';
    return new Refusal('malformedJson', {
      message: `The body is not valid JSON.${hint}`,
      path: ['body'],
      cause,
    });
  }
}
