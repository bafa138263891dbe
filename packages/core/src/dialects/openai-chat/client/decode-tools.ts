import { residueOf } from '../../../form/json.ts';
import type { Parameters, Tool, ToolChoice } from '../../../form/request.ts';
import { type Field, shown } from '../../request-field.ts';
import type { DecodedParameters } from './decode-parameters.ts';
import { cacheHint } from './decode-parts.ts';

/** `tools`, the old `functions`, and `web_search_options`, which is a tool by another name (spec/providers 3.1). */
export function decodeTools(body: Field): Tool[] {
  const search = body.at('web_search_options').given;
  return [
    ...(body.at('tools').given?.list() ?? []).map(readTool),
    ...(body.at('functions').given?.list() ?? []).map((it) => readFunction(it, it)),
    ...(search ? [{ kind: 'web-search', dialect: 'openai-chat', options: search.object() } as const] : []),
  ];
}

function readTool(tool: Field): Tool {
  const type = tool.at('type').text();
  switch (type) {
    case 'function':
      return readFunction(tool, tool.at('function'));
    case 'custom': {
      const custom = tool.at('custom');
      const description = custom.at('description').given?.text();
      return {
        kind: 'custom',
        name: custom.at('name').name(),
        ...(description === undefined ? {} : { description }),
        format: custom.at('format').given?.object() ?? null,
      };
    }
    default:
      return tool.at('type').fail(`There is no tool type "${shown(type)}" in Chat Completions.`);
  }
}

/** @param tool what holds the function: itself where the function stands alone. */
function readFunction(tool: Field, declared: Field): Tool {
  const description = declared.at('description').given?.text();
  const cache = cacheHint(tool);
  const rest = residueOf(declared.object(), ['name', 'description', 'parameters', 'strict', 'cache_control']);
  return {
    kind: 'function',
    name: declared.at('name').name(),
    ...(description === undefined ? {} : { description }),
    schema: declared.at('parameters').given?.object() ?? null,
    strict: declared.at('strict').given?.boolean() ?? null,
    ...cache,
    ...(rest ? { residue: { dialect: 'openai-chat', value: rest } } : {}),
  };
}

/**
 * Without tools, `auto`, `none` and `parallel_tool_calls` say nothing and are left out; a choice that wants a call then
 * cannot be met and is refused, as OpenAI does.
 */
export function decodeToolChoice(
  body: Field,
  tools: readonly Tool[],
): Pick<DecodedParameters, 'parameters' | 'names'> {
  const isOld = body.at('functions').given !== undefined && body.at('tools').given === undefined;
  const field = body.at(isOld ? 'function_call' : 'tool_choice');
  const choice = field.given && readChoice(field, isOld);
  // The old format has room for one call.
  const parallel = isOld ? false : body.at('parallel_tool_calls').given?.boolean();
  const callable = tools.filter((tool) => 'name' in tool).map((tool) => tool.name);
  if (callable.length === 0) {
    if (choice && choice.kind !== 'auto' && choice.kind !== 'none') field.fail('This needs "tools".');
    return { parameters: {}, names: {} };
  }
  const wanted = choice?.kind === 'tool' ? [choice.name] : choice?.kind === 'allowed' ? choice.names : [];
  const missing = wanted.find((name) => !callable.includes(name));
  if (missing !== undefined) field.fail(`There is no tool "${shown(missing)}" in "tools".`);
  const parameters: Parameters = {
    ...(choice ? { toolChoice: choice } : {}),
    ...(parallel === undefined ? {} : { parallelToolCalls: parallel }),
  };
  const names = {
    toolChoice: isOld ? 'function_call' : 'tool_choice',
    parallelToolCalls: isOld ? 'functions' : 'parallel_tool_calls',
  };
  return { parameters, names };
}

const MODES = ['auto', 'none', 'required'] as const;

function readChoice(field: Field, isOld: boolean): ToolChoice {
  if (typeof field.value === 'string') return { kind: field.oneOf(MODES) };
  if (isOld) return { kind: 'tool', name: field.at('name').name() };
  const type = field.at('type').text();
  switch (type) {
    case 'function':
    case 'custom':
      return { kind: 'tool', name: field.at(type).at('name').name() };
    case 'allowed_tools': {
      const allowed = field.at('allowed_tools');
      return {
        kind: 'allowed',
        mode: allowed.at('mode').oneOf(['auto', 'required']),
        names: allowed.at('tools').list().map(readAllowed),
      };
    }
    default:
      return field.at('type').fail(`There is no tool choice "${shown(type)}".`);
  }
}

const readAllowed = (tool: Field): string =>
  tool
    .at(tool.at('type').oneOf(['function', 'custom']))
    .at('name')
    .name();
