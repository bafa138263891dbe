import type { ProviderDialect } from '../../provider-dialect.ts';
import { readUpstreamError } from '../../upstream-error.ts';
import { decodeResponse } from './decode-response.ts';
import { decodeStream } from './decode-stream.ts';
import type { ChatDeviations } from './deviations.ts';
import { encodeRequest } from './encode-request.ts';

export { deviate, OPEN_MODELS, OPENAI_CHAT, OPENAI_COMPATIBLE, THREE_EFFORTS } from './common-ground.ts';
export type { ChatDeviations, EffortWords } from './deviations.ts';

/** The chat format as one provider, or one family of its models, speaks it. */
export const chatDialect = (deviations: ChatDeviations): ProviderDialect => ({
  name: 'openai-chat',
  framing: 'sse',
  parameters: deviations.parameters,
  encodeRequest: (request, target) => encodeRequest(request, target, deviations),
  decodeResponse: (body, context) => decodeResponse(body, context, deviations),
  decodeStream: (context) => decodeStream(context, deviations),
  decodeError: readUpstreamError,
});
