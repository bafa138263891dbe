import type { AssistantBlock, Citation } from '../../../form/blocks.ts';
import type { Json } from '../../../form/json.ts';
import { type Residue, residueFor } from '../../../form/provenance.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { inputTotal, type ModelUsage, outputTotal } from '../../../form/usage.ts';

/**
 * An answer as Cohere would have sent it: shows that a decoded one has lost nothing. No client speaks Cohere. Exceptions:
 * arguments of a call without any are `{}`, and citations stand in the order of their texts.
 */
export function encodeAnswer(response: ModelResponse): Json {
  const { message, citations = [], ...rest } = residueFor('cohere', response.residue);
  const content: Json[] = [];
  const calls: Json[] = [];
  const cited: unknown[] = [...(citations as readonly unknown[])];
  let plan: Json = {};
  for (const block of response.blocks) {
    if ('citations' in block) cited.push(...(block.citations ?? []).map((it: Citation) => it.residue.value));
    const own = residueFor('cohere', block.residue as Residue | undefined);
    if (block.kind === 'tool-call') calls.push(encodeCall(block, own));
    else if (block.kind === 'text' && own.field === 'tool_plan') plan = { tool_plan: block.text };
    else content.push(encodeContent(block, own));
  }
  return {
    ...rest,
    id: response.id,
    message: {
      role: 'assistant',
      ...(message as Json | undefined),
      ...plan,
      ...(content.length > 0 ? { content } : {}),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
      ...(cited.length > 0 ? { citations: cited } : {}),
    },
    finish_reason: response.finish.raw,
    ...(response.usage ? { usage: encodeUsage(response.usage) } : {}),
  };
}

const encodeCall = (block: Extract<AssistantBlock, { kind: 'tool-call' }>, own: Json): Json => ({
  ...own,
  id: block.id,
  type: 'function',
  function: { name: block.name, arguments: block.arguments },
});

function encodeContent(block: AssistantBlock, own: Json): Json {
  if (block.kind === 'text') return { type: 'text', text: block.text, ...own };
  if (block.kind === 'reasoning') return { type: 'thinking', thinking: block.text, ...own };
  if (block.kind === 'opaque') return block.value;
  throw new Error(`Cohere has no ${block.kind}`);
}

const encodeUsage = (usage: ModelUsage): Json => ({
  ...residueFor('cohere', usage.residue),
  tokens: { input_tokens: inputTotal(usage), output_tokens: outputTotal(usage) },
  ...(usage.cacheRead > 0 ? { cached_tokens: usage.cacheRead } : {}),
});
