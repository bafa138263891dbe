import type { ModelEvent } from '../../../form/events.ts';
import type { ModelRequest, Parameters } from '../../../form/request.ts';
import { SAME_NAMES } from '../../../form/wire-names.ts';
import { headerMap } from '../../../http/header-map.ts';
import { awsFrame } from '../../../providers/__fixtures__/frames.ts';
import { type AwsFrame, readAwsFrames } from '../../../streaming/aws-event-stream.ts';
import type { DecodeContext, TargetModel } from '../../provider-dialect.ts';
import { converse } from '../provider/index.ts';

export const SONNET_45 = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
export const OPUS_5 = 'anthropic.claude-opus-5-v1:0';
export const SONNET_4 = 'anthropic.claude-sonnet-4-20250514-v1:0';
export const NOVA_PRO = 'us.amazon.nova-pro-v1:0';
export const LLAMA_3 = 'meta.llama3-3-70b-instruct-v1:0';
export const MISTRAL_LARGE = 'mistral.mistral-large-2407-v1:0';

export const target = (model: string): TargetModel => ({
  provider: { slug: 'aws-bedrock', name: 'Amazon Bedrock' },
  model,
});

export function request(some: Partial<ModelRequest> = {}, parameters: Parameters = {}): ModelRequest {
  return {
    messages: [{ role: 'user', content: [{ kind: 'text', text: 'Hello' }] }],
    tools: [],
    parameters,
    stream: false,
    includeUsage: false,
    unknown: {},
    source: { dialect: 'openai-chat', body: {}, names: { maxTokens: 'max_tokens' } },
    ...some,
  };
}

export const context = (some: Partial<DecodeContext> = {}): DecodeContext => ({
  request: request(),
  target: target(SONNET_45),
  names: SAME_NAMES,
  newId: (prefix) => `${prefix}new`,
  headers: headerMap([['x-amzn-requestid', 'req-1']]),
  ...some,
});

export const frame = (type: string, payload: unknown): AwsFrame => {
  const [only] = readAwsFrames(awsFrame({ ':event-type': type, ':message-type': 'event' }, payload)).frames;
  if (!only) throw new Error('a frame that cannot be read');
  return only;
};

/** Every event of a stream that closed in order. */
export function eventsOf(frames: readonly AwsFrame[], with_: DecodeContext = context()): ModelEvent[] {
  const decoder = converse.decodeStream(with_);
  return [...frames.flatMap((it) => decoder.push({ kind: 'aws', ...it })), ...decoder.end()];
}

/** `[event type, payload]` as a stream. */
export const streamOf = (...events: readonly (readonly [type: string, payload: unknown])[]): AwsFrame[] =>
  events.map(([type, payload]) => frame(type, payload));
