import { expect, test } from '@jest/globals';
import type { Message, ModelRequest, Parameters } from '../form/request.ts';
import { refuseEarly } from './refuse-early.ts';

const PICTURE = { kind: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } } as const;
const HI: Message = { role: 'user', content: [{ kind: 'text', text: 'Hi' }] };

const request = (some: Partial<ModelRequest> = {}, parameters: Parameters = {}): ModelRequest => ({
  messages: [HI],
  tools: [],
  parameters,
  stream: false,
  includeUsage: false,
  unknown: {},
  source: { dialect: 'openai-chat', body: {}, names: { maxTokens: 'max_completion_tokens' } },
  ...some,
});

const tools: ModelRequest['tools'] = [{ kind: 'function', name: 'f', schema: null, strict: null }];
const shown: Message = { role: 'user', content: [PICTURE] };
const found: Message = {
  role: 'user',
  content: [{ kind: 'tool-result', callId: 'c', content: [PICTURE], isError: false }],
};
const drawn: Message = { role: 'assistant', content: [PICTURE] };

test.each<[string, ModelRequest, string, string, string]>([
  ['an embedding model asked to chat', request(), 'cohere', 'embed-v4.0', 'model'],
  [
    'a picture for a model that reads',
    request({ messages: [shown] }),
    'deepseek',
    'deepseek-v4-pro',
    'messages',
  ],
  ['a picture in a result', request({ messages: [found] }), 'workers-ai', '@cf/zai-org/glm-5.2', 'messages'],
  ['tools for a model without', request({ tools }), 'perplexity-ai', 'sonar-deep-research', 'tools'],
  [
    'an answer longer than the room',
    request({}, { maxTokens: 400_000 }),
    'aws-bedrock',
    'eu-west-1/eu.amazon.nova-pro-v1:0',
    'max_completion_tokens',
  ],
])('%s is refused, by the field that asks for it', (_, asked, slug, model, field) => {
  expect(refuseEarly(asked, slug, model)).toMatchObject({ kind: 'fault', path: [field] });
});

test.each<[string, ModelRequest, string, string]>([
  ['a model that nobody knows', request({ messages: [shown], tools }), 'openai', 'gpt-99'],
  ['a deployment of one’s own', request({ messages: [shown], tools }), 'azure-openai', 'my-deployment'],
  ['what a model drew itself', request({ messages: [HI, drawn, HI] }), 'deepseek', 'deepseek-v4-pro'],
  [
    'tools that may not be called',
    request({ tools }, { toolChoice: { kind: 'none' } }),
    'perplexity-ai',
    'sonar-deep-research',
  ],
  ['a picture for a model that sees', request({ messages: [shown], tools }), 'anthropic', 'claude-sonnet-5'],
])('%s passes', (_, asked, slug, model) => {
  expect(refuseEarly(asked, slug, model)).toBeNull();
});
