import type { ClientDialect } from '../../client-dialect.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeError } from './encode-error.ts';
import { encodeResponse } from './encode-response.ts';
import { encodeStream } from './encode-stream.ts';

/** OpenAI Chat Completions, as clients speak it. */
export const openaiChatClient: ClientDialect = {
  name: 'openai-chat',
  decodeRequest,
  encodeResponse,
  encodeStream,
  encodeError,
  // The official parser skips comments; a client that reads every line as JSON does not know server-sent events.
  keepAlive: ': keep-alive\n\n',
};
