import { expect, test } from '@jest/globals';
import { NOVA_PRO, request, SONNET_45 } from '../../dialects/converse/__fixtures__/frames.ts';
import { isFault } from '../../form/fault.ts';
import type { ModelRequest, Parameters, Tool } from '../../form/request.ts';
import { awsBedrockTranslation } from './translation.ts';

const look: Tool = { kind: 'function', name: 'look', schema: null, strict: null };

function pathOf(model: string, some: Partial<ModelRequest> = {}, parameters: Parameters = {}): string {
  const asked = request(some, parameters);
  const dialect = awsBedrockTranslation.dialectFor(model, asked);
  const encoded = dialect.encodeRequest(asked, {
    provider: { slug: 'aws-bedrock', name: 'Amazon Bedrock' },
    model,
  });
  if (isFault(encoded)) throw new Error(encoded.message);
  return encoded.path.split('/').at(-1) ?? '';
}

test('every model is asked through Converse', () => {
  expect(pathOf(SONNET_45)).toBe('converse');
  expect(pathOf(NOVA_PRO, { stream: true })).toBe('converse-stream');
});

test.each<[string, Partial<ModelRequest>, Parameters]>([
  ['no tool may be called', { tools: [look] }, { toolChoice: { kind: 'none' } }],
  ['one call at a time', { tools: [look] }, { parallelToolCalls: false }],
  [
    'what a tool of its own did',
    {
      messages: [
        { role: 'user', content: [{ kind: 'text', text: 'go' }] },
        {
          role: 'assistant',
          content: [
            {
              kind: 'opaque',
              dialect: 'anthropic-messages',
              value: { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
            },
          ],
        },
        { role: 'user', content: [{ kind: 'text', text: 'on' }] },
      ],
    },
    {},
  ],
])('Claude is asked in its own words where Converse has none: %s', (_, some, parameters) => {
  expect(pathOf(`eu-west-1/${SONNET_45}`, some, parameters)).toBe('invoke');
  expect(pathOf(SONNET_45, { ...some, stream: true }, parameters)).toBe('invoke-with-response-stream');
  expect(pathOf(NOVA_PRO, some, parameters)).toBe('converse');
});
