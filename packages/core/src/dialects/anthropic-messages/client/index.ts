import type { ClientDialect } from '../../client-dialect.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeError } from './encode-error.ts';
import { encodeResponse } from './encode-response.ts';
import { encodeStream, PING } from './encode-stream.ts';

export { decodeCountTokens } from './decode-request.ts';

/** `POST /v1/messages`. Its clients skip pings; a comment would do as well, but this is what Anthropic sends. */
export const anthropicMessagesClient: ClientDialect = {
  name: 'anthropic-messages',
  decodeRequest,
  encodeResponse,
  encodeStream,
  encodeError,
  keepAlive: PING,
};
