import type { ProviderDialect } from '../../provider-dialect.ts';
import { readUpstreamError } from '../../upstream-error.ts';
import { COHERE_PARAMETERS } from '../parameters.ts';
import { decodeResponse } from './decode-response.ts';
import { decodeStream } from './decode-stream.ts';
import { encodeRequest } from './encode-request.ts';

/** Cohere's own chat format, version 2. */
export const cohere: ProviderDialect = {
  name: 'cohere',
  framing: 'sse',
  parameters: COHERE_PARAMETERS,
  encodeRequest,
  decodeResponse,
  decodeStream,
  decodeError: readUpstreamError,
};
