import type { ClientDialect } from '../../client-dialect.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeError } from './encode-error.ts';
import { encodeResponse } from './encode-response.ts';
import { encodeStream } from './encode-stream.ts';

/** OpenAI Responses, as clients speak it. */
export const openaiResponsesClient: ClientDialect = {
  name: 'openai-responses',
  decodeRequest,
  encodeResponse,
  encodeStream,
  encodeError,
  // The official parser skips comments (a test shows it).
  keepAlive: ': keep-alive\n\n',
};
