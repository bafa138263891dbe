import type { ProviderDialect } from '../../provider-dialect.ts';
import { readUpstreamError } from '../../upstream-error.ts';
import { WORKERS_AI_PARAMETERS } from '../parameters.ts';
import { decodeResponse } from './decode-response.ts';
import { WorkersAiStream } from './decode-stream.ts';
import { encodeRequest } from './encode-request.ts';

/**
 * Workers AI's own `run`.
 *
 * @param openAi reads the answers of models that write OpenAI's chat shape there.
 */
export const workersAiRun = (
  openAi: Pick<ProviderDialect, 'decodeResponse' | 'decodeStream'>,
): ProviderDialect => ({
  name: 'workers-ai',
  framing: 'sse',
  parameters: WORKERS_AI_PARAMETERS,
  encodeRequest,
  decodeResponse: (body, context) =>
    decodeResponse(body, context, (result) => openAi.decodeResponse(result, context)),
  decodeStream: (context) => new WorkersAiStream(context, () => openAi.decodeStream(context)),
  decodeError: readUpstreamError,
});
