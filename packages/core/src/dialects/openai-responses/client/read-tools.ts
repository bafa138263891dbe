import { residueOf } from '../../../form/json.ts';
import type { Tool, ToolChoice } from '../../../form/request.ts';
import { type Field, shown } from '../../request-field.ts';
import { DIALECT } from '../residue.ts';

/** Tools that run at OpenAI. */
const HOSTED = new Set([
  'apply_patch',
  'code_interpreter',
  'computer',
  'computer_use_preview',
  'file_search',
  'image_generation',
  'local_shell',
  'mcp',
  'namespace',
  'programmatic_tool_calling',
  'shell',
  'tool_search',
]);

const WEB_SEARCH = /^web_search(?:_preview)?(?:_\d{4}_\d{2}_\d{2})?$/;

export function readTool(tool: Field): Tool {
  const type = tool.at('type').text();
  if (type === 'function') return functionTool(tool);
  if (type === 'custom')
    return {
      kind: 'custom',
      name: tool.at('name').name(),
      ...description(tool),
      format: tool.at('format').given?.object() ?? null,
    };
  if (WEB_SEARCH.test(type)) return { kind: 'web-search', dialect: DIALECT, options: tool.object() };
  if (HOSTED.has(type)) return { kind: 'provider', dialect: DIALECT, type, options: tool.object() };
  return tool.at('type').fail(`Tools of type "${shown(type)}" are not known here.`);
}

function functionTool(tool: Field): Tool {
  const rest = residueOf(tool.object(), ['type', 'name', 'description', 'parameters', 'strict']);
  return {
    kind: 'function',
    name: tool.at('name').name(),
    ...description(tool),
    schema: tool.at('parameters').given?.object() ?? null,
    strict: tool.at('strict').given?.boolean() ?? null,
    ...(rest ? { residue: { dialect: DIALECT, value: rest } } : {}),
  };
}

function description(tool: Field): { description?: string } {
  const text = tool.at('description').given?.text();
  return text ? { description: text } : {};
}

/** Undefined: what every format does unasked. */
export function readToolChoice(choice: Field): ToolChoice | undefined {
  if (typeof choice.value === 'string') {
    const kind = choice.oneOf(['auto', 'none', 'required']);
    return kind === 'auto' ? undefined : { kind };
  }
  choice.object();
  const type = choice.at('type').text();
  if (type === 'function' || type === 'custom') return { kind: 'tool', name: choice.at('name').name() };
  if (type === 'allowed_tools')
    return {
      kind: 'allowed',
      mode: choice.at('mode').oneOf(['auto', 'required']),
      names: choice.at('tools').list().map(allowedName),
    };
  return choice.fail(`A choice of the tool type "${shown(type)}" cannot be told to another provider.`);
}

function allowedName(tool: Field): string {
  const type = tool.at('type').text();
  if (type === 'function' || type === 'custom') return tool.at('name').name();
  return tool.fail(`A choice of the tool type "${shown(type)}" cannot be told to another provider.`);
}
