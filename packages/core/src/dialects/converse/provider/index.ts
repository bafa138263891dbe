import type { ProviderDialect } from '../../provider-dialect.ts';
import { readUpstreamError } from '../../upstream-error.ts';
import { CONVERSE_PARAMETERS } from '../parameters.ts';
import { decodeResponse } from './decode-response.ts';
import { decodeStream } from './decode-stream.ts';
import { encodeRequest } from './encode-request.ts';

/** Amazon Bedrock's Converse and ConverseStream (spec/providers 8). */
export const converse: ProviderDialect = {
  name: 'converse',
  framing: 'aws-event-stream',
  parameters: CONVERSE_PARAMETERS,
  encodeRequest,
  decodeResponse,
  decodeStream,
  decodeError: readUpstreamError,
};
