import type { ProviderDialect } from '../../provider-dialect.ts';
import { readUpstreamError } from '../../upstream-error.ts';
import { decodeResponse } from './decode-response.ts';
import { ResponsesDecoder } from './decode-stream.ts';
import { type Deviations, RESPONSES_PARAMETERS } from './deviations.ts';
import { encodeRequest } from './encode-request.ts';

export { RESPONSES_PARAMETERS };

/** OpenAI Responses, as providers speak it. */
export const responsesDialect = (deviations: Deviations = {}): ProviderDialect => ({
  name: 'openai-responses',
  framing: 'sse',
  parameters: { ...RESPONSES_PARAMETERS, ...deviations.parameters },
  encodeRequest: (request, target) => encodeRequest(request, target, deviations),
  decodeResponse,
  decodeStream: (context) => new ResponsesDecoder(context),
  decodeError: readUpstreamError,
});

export const openaiResponses: ProviderDialect = responsesDialect();
