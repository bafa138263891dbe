import { type Fault, fault, isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { narrow } from '../../../form/parameter-table.ts';
import { type ModelRequest, nameOf, type Parameters } from '../../../form/request.ts';
import { TOOL_NAME_64, type WireNames, wireNames } from '../../../form/wire-names.ts';
import type { EncodedRequest, TargetModel } from '../../provider-dialect.ts';
import type { ChatDeviations } from './deviations.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeOutput } from './encode-output.ts';
import { encodeReasoning } from './encode-reasoning.ts';
import { choosesAllowed, encodeToolChoice, encodeTools, toolNames } from './encode-tools.ts';

/** A request in the chat format, as one provider takes it (spec/providers 3.2, 3.3, 4.1). */
export function encodeRequest(
  request: ModelRequest,
  target: TargetModel,
  deviations: ChatDeviations,
): EncodedRequest | Fault {
  const provider = target.provider.name;
  const address = deviations.address(target.model);
  if (isFault(address)) return address;
  const narrowed = narrow(withoutIdleChoice(request), deviations.parameters, provider);
  if (isFault(narrowed)) return narrowed;
  const { parameters } = narrowed;
  const wrong = checkLimits(request, parameters, deviations, provider);
  if (wrong) return wrong;

  const names = wireNames(toolNames(request), TOOL_NAME_64);
  const offered = offeredTools(request, parameters, deviations);
  const encoded = encodeTools(request, offered, names, deviations, provider);
  if (isFault(encoded)) return encoded;
  const hasTools = encoded.tools.length > 0;
  const output = encodeOutput(parameters.outputFormat, hasTools, request.source.dialect, deviations);
  const messages = encodeMessages(request.messages, output.instructions, {
    deviations,
    names,
    provider,
    root: request.source.dialect === 'openai-responses' ? 'input' : 'messages',
  });
  if (isFault(messages)) return messages;
  const reasoning = encodeReasoning(parameters.reasoning, parameters.maxTokens, deviations);

  return {
    path: address.path,
    query: '',
    headers: [],
    body: {
      model: address.model,
      messages,
      ...(hasTools ? { tools: encoded.tools, ...choiceFields(request, parameters, names, deviations) } : {}),
      ...encoded.fields,
      ...(output.format ? { response_format: output.format } : {}),
      ...plainFields(parameters, deviations),
      ...reasoning.fields,
      stream: request.stream,
      ...(request.stream && deviations.includeUsage ? { stream_options: { include_usage: true } } : {}),
    },
    dropped: [
      ...narrowed.dropped,
      ...encoded.dropped,
      ...(reasoning.isDropped ? [nameOf(request, 'reasoning')] : []),
    ],
    names,
  };
}

/** Without tools there is nothing to choose, and saying so is a 400 (spec/providers 4.1). */
function withoutIdleChoice(request: ModelRequest): ModelRequest {
  if (request.tools.some(({ kind }) => kind === 'function' || kind === 'custom')) return request;
  const { toolChoice: _, parallelToolCalls: __, ...parameters } = request.parameters;
  return { ...request, parameters };
}

function checkLimits(
  request: ModelRequest,
  { stop, maxTokens }: Parameters,
  { maxStop }: ChatDeviations,
  provider: string,
): Fault | null {
  if (stop && maxStop !== null && stop.length > maxStop)
    return fault(
      [nameOf(request, 'stop')],
      `${provider} takes ${maxStop} stop sequences at most; these are ${stop.length}.`,
    );
  // A warm-up of Anthropic's cache: no other provider answers with nothing.
  if (maxTokens !== undefined && maxTokens < 1)
    return fault([nameOf(request, 'maxTokens')], `${provider} writes one token at least.`);
  return null;
}

function offeredTools(request: ModelRequest, { toolChoice }: Parameters, { allowedTools }: ChatDeviations) {
  if (allowedTools === 'native' || !choosesAllowed(toolChoice)) return request.tools;
  const { names } = toolChoice;
  return request.tools.filter((tool) => !('name' in tool) || names.includes(tool.name));
}

function choiceFields(
  request: ModelRequest,
  { toolChoice, parallelToolCalls }: Parameters,
  names: WireNames,
  deviations: ChatDeviations,
): Json {
  return {
    ...(toolChoice ? { tool_choice: encodeToolChoice(toolChoice, request.tools, names, deviations) } : {}),
    ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
  };
}

/** Parameters that are one field each. */
function plainFields(kept: Parameters, { maxTokensField, seedField }: ChatDeviations): Json {
  const fields: Readonly<Record<string, unknown>> = {
    [maxTokensField]: kept.maxTokens,
    temperature: kept.temperature,
    top_p: kept.topP,
    top_k: kept.topK,
    stop: kept.stop,
    [seedField]: kept.seed,
    frequency_penalty: kept.frequencyPenalty,
    presence_penalty: kept.presencePenalty,
    logit_bias: kept.logitBias,
    ...(kept.logprobs === undefined ? {} : logprobsFields(kept.logprobs)),
    verbosity: kept.verbosity,
    modalities: kept.modalities,
    audio: kept.audioOutput,
    prediction: kept.prediction,
    user: kept.user,
    metadata: kept.metadata,
    store: kept.store,
    service_tier: kept.serviceTier,
    prompt_cache_key: kept.promptCacheKey,
    prompt_cache_retention: kept.promptCacheRetention,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const logprobsFields = (alternatives: number): Json =>
  alternatives > 0 ? { logprobs: true, top_logprobs: alternatives } : { logprobs: true };
