import type { ProviderDialect } from '../../provider-dialect.ts';
import { readUpstreamError } from '../../upstream-error.ts';
import { decodeResponse } from './decode-response.ts';
import { decodeStream } from './decode-stream.ts';
import { encodeRequest } from './encode-request.ts';
import { MESSAGES_PARAMETERS } from './parameters.ts';
import { ANTHROPIC, bedrock, type Platform, vertex } from './platform.ts';

const messagesOn = (platform: Platform): ProviderDialect => ({
  name: 'anthropic-messages',
  framing: platform.framing,
  parameters: MESSAGES_PARAMETERS,
  encodeRequest: (request, target) => encodeRequest(request, target, platform),
  decodeResponse,
  decodeStream,
  decodeError: readUpstreamError,
});

/** Anthropic's own API, and whoever serves it at `v1/messages`. */
export const anthropicMessages: ProviderDialect = messagesOn(ANTHROPIC);

/** Claude through Bedrock's InvokeModel. @param pathOf the native path of an operation (`invoke`, …) on a model. */
export const messagesOnBedrock = (pathOf: (model: string, operation: string) => string): ProviderDialect =>
  messagesOn(bedrock(pathOf));

/** Claude on Vertex. @param pathOf the native path of a verb (`rawPredict`, …) on a model. */
export const messagesOnVertex = (pathOf: (model: string, verb: string) => string): ProviderDialect =>
  messagesOn(vertex(pathOf));
