import { type Fault, fault, isFault } from '../../../form/fault.ts';
import { child, type Json, listAt, textAt } from '../../../form/json.ts';
import type { Tool, ToolChoice } from '../../../form/request.ts';
import type { WireNames } from '../../../form/wire-names.ts';
import { DIALECT } from '../residue.ts';

const NO_ARGUMENTS: Json = { type: 'object', properties: {} };

/** Tools in this format, and what of a foreign one it has no word for. */
export function writeTools(
  tools: readonly Tool[],
  names: WireNames,
): { readonly tools: readonly Json[]; readonly dropped: readonly string[] } | Fault {
  const written: Json[] = [];
  const dropped: string[] = [];
  for (const [index, tool] of tools.entries()) {
    const path = ['tools', String(index)];
    if (tool.kind === 'web-search' && tool.dialect !== DIALECT) {
      written.push(webSearch(tool.options));
      dropped.push(
        ...SEARCH_LIMITS.filter((key) => key in tool.options).map((key) => [...path, key].join('.')),
      );
      continue;
    }
    const one = writeTool(tool, names, path);
    if (isFault(one)) return one;
    written.push(one);
  }
  return { tools: written, dropped };
}

function writeTool(tool: Tool, names: WireNames, path: readonly string[]): Json | Fault {
  switch (tool.kind) {
    case 'function':
      return {
        type: 'function',
        name: names.toWire(tool.name),
        ...(tool.description ? { description: tool.description } : {}),
        parameters: tool.schema ?? NO_ARGUMENTS,
        // Left out it would be true here, which it is nowhere else (spec/providers 2.7).
        strict: tool.strict ?? false,
      };
    case 'custom':
      return {
        type: 'custom',
        name: names.toWire(tool.name),
        ...(tool.description ? { description: tool.description } : {}),
        ...(tool.format ? { format: flatFormat(tool.format) } : {}),
      };
    case 'web-search':
      return tool.options;
    case 'provider':
      return tool.dialect === DIALECT
        ? tool.options
        : fault(path, `The tool "${tool.type}" runs only at its own provider.`);
  }
}

/** Chat nests a grammar one level deeper. */
function flatFormat(format: Json): Json {
  const grammar = child(format, 'grammar');
  return grammar ? { type: 'grammar', ...grammar } : format;
}

/** What other formats say of a search and this one has no field for. */
const SEARCH_LIMITS = ['blocked_domains', 'max_uses'];

/** The search of another format: chat's options, or Anthropic's tool. */
function webSearch(options: Json): Json {
  const size = textAt(options, 'search_context_size');
  const place = child(options, 'user_location');
  const allowed = listAt(options, 'allowed_domains');
  return {
    type: 'web_search',
    ...(size === null ? {} : { search_context_size: size }),
    ...(place ? { user_location: { type: 'approximate', ...(child(place, 'approximate') ?? place) } } : {}),
    ...(allowed.length > 0 ? { filters: { allowed_domains: allowed } } : {}),
  };
}

export function writeToolChoice(choice: ToolChoice, tools: readonly Tool[], names: WireNames): unknown {
  const named = (name: string) => {
    const isCustom = tools.some((tool) => tool.kind === 'custom' && tool.name === name);
    return { type: isCustom ? 'custom' : 'function', name: names.toWire(name) };
  };
  switch (choice.kind) {
    case 'tool':
      return named(choice.name);
    case 'allowed':
      return { type: 'allowed_tools', mode: choice.mode, tools: choice.names.map(named) };
    default:
      return choice.kind;
  }
}
