import type { Parameters, Tool, ToolChoice } from '../../../form/request.ts';
import { readCommon } from './common.ts';
import type { Fields } from './fields.ts';

export function decodeTool(tool: Fields): Tool {
  const type = tool.text('type') ?? 'custom';
  if (type.startsWith('web_search_'))
    return { kind: 'web-search', dialect: 'anthropic-messages', options: tool.value };
  if (type !== 'custom')
    return { kind: 'provider', dialect: 'anthropic-messages', type, options: tool.value };
  const description = tool.text('description');
  const schema = tool.object('input_schema')?.value;
  return {
    kind: 'function',
    name: tool.needed('name', tool.text('name') || undefined, ''),
    ...(description === undefined ? {} : { description }),
    schema: tool.needed('input_schema', schema, {}),
    strict: tool.boolean('strict') ?? null,
    ...readCommon(tool, ['type', 'name', 'description', 'input_schema', 'strict', 'cache_control']),
  };
}

const TYPES = ['auto', 'any', 'none', 'tool'] as const;
const KINDS = { auto: 'auto', any: 'required', none: 'none' } as const;

export function decodeToolChoice(body: Fields): Pick<Parameters, 'toolChoice' | 'parallelToolCalls'> {
  const choice = body.object('tool_choice');
  if (!choice) return {};
  const type = choice.needed('type', choice.oneOf('type', TYPES), 'auto');
  const toolChoice: ToolChoice =
    type === 'tool'
      ? { kind: 'tool', name: choice.needed('name', choice.text('name'), '') }
      : { kind: KINDS[type] };
  const isSerial = choice.boolean('disable_parallel_tool_use') ?? false;
  return { toolChoice, ...(isSerial ? { parallelToolCalls: false } : {}) };
}
