import { isJson, parseJson, textAt } from '../../../form/json.ts';
import type { ModelError } from '../../../form/model-error.ts';
import { headerMap } from '../../../http/header-map.ts';
import { ownValue } from '../../../own-value.ts';
import type { AwsFrame } from '../../../streaming/aws-event-stream.ts';
import { readUpstreamError } from '../../upstream-error.ts';

/** The status that an exception has outside a stream (spec/providers 8.5). */
const STATUSES: Readonly<Record<string, number>> = {
  internalserverexception: 500,
  modelstreamerrorexception: 424,
  modelerrorexception: 424,
  modeltimeoutexception: 408,
  serviceunavailableexception: 503,
  throttlingexception: 429,
  validationexception: 400,
  accessdeniedexception: 403,
  resourcenotfoundexception: 404,
};

/** The error in a frame of `:message-type` `exception` or `error`; null when the frame is an event. */
export function frameError({ headers, payload }: AwsFrame): ModelError | null {
  const kind = headers.get(':message-type');
  const event = headers.get(':event-type') ?? '';
  if (kind === 'error') {
    // Errors of the transport have no payload.
    const type = headers.get(':error-code') ?? 'error';
    const text = headers.get(':error-message') ?? '';
    return exception(type, JSON.stringify(text === '' ? {} : { message: text }));
  }
  if (kind === 'exception')
    return exception(headers.get(':exception-type') ?? 'exception', Buffer.from(payload).toString());
  return /exception$/i.test(event) ? exception(event, Buffer.from(payload).toString()) : null;
}

function exception(type: string, text: string): ModelError {
  const body = parseJson(text);
  // The stream's exceptions tell the model's own status beside the message.
  const own = isJson(body) && typeof body.originalStatusCode === 'number' ? body.originalStatusCode : null;
  const status = ownValue(STATUSES, type.toLowerCase()) ?? (own !== null && own >= 400 ? own : 502);
  const name = type.charAt(0).toUpperCase() + type.slice(1);
  const said = isJson(body) && textAt(body, 'originalMessage');
  const error = readUpstreamError({ status, headers: headerMap([['x-amzn-errortype', name]]), text });
  return said && !textAt(body, 'message') ? { ...error, message: said } : error;
}
