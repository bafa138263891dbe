import type { Parameters, Tool, ToolChoice } from '../../../form/request.ts';
import type { Field } from '../../request-field.ts';
import { readCommon } from './common.ts';

export function decodeTool(tool: Field): Tool {
  const type = tool.optional('type', (it) => it.name()) ?? 'custom';
  if (type.startsWith('web_search_'))
    return { kind: 'web-search', dialect: 'anthropic-messages', options: tool.object() };
  if (type !== 'custom')
    return { kind: 'provider', dialect: 'anthropic-messages', type, options: tool.object() };
  const description = tool.optional('description', (it) => it.text());
  return {
    kind: 'function',
    name: tool.at('name').name(),
    ...(description === undefined ? {} : { description }),
    schema: tool.at('input_schema').object(),
    strict: tool.optional('strict', (it) => it.boolean()) ?? null,
    ...readCommon(tool, ['type', 'name', 'description', 'input_schema', 'strict']),
  };
}

export function decodeToolChoice(choice: Field): Pick<Parameters, 'toolChoice' | 'parallelToolCalls'> {
  const isSerial = choice.optional('disable_parallel_tool_use', (it) => it.boolean()) ?? false;
  return { toolChoice: toolChoice(choice), ...(isSerial ? { parallelToolCalls: false } : {}) };
}

function toolChoice(choice: Field): ToolChoice {
  const type = choice.at('type').oneOf(['auto', 'any', 'none', 'tool']);
  switch (type) {
    case 'auto':
    case 'none':
      return { kind: type };
    case 'any':
      return { kind: 'required' };
    case 'tool':
      return { kind: 'tool', name: choice.at('name').name() };
  }
}
