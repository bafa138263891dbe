import { type Fault, fault } from '../../../form/fault.ts';
import { child, type Json, textAt } from '../../../form/json.ts';
import type { ModelRequest, Tool, ToolChoice } from '../../../form/request.ts';
import type { WireNames } from '../../../form/wire-names.ts';
import type { ChatDeviations } from './deviations.ts';
import { isStrictSchema } from './strict-schema.ts';

/** The one argument of a function that stands for a tool of free text. */
export const EMULATED_INPUT = 'input';

export interface EncodedTools {
  readonly tools: readonly Json[];
  /** Top-level fields beside them. */
  readonly fields: Json;
  readonly dropped: readonly string[];
}

/** @param offered the tools to send: all, or the allowed ones where that is emulated. */
export function encodeTools(
  request: ModelRequest,
  offered: readonly Tool[],
  names: WireNames,
  deviations: ChatDeviations,
  provider: string,
): EncodedTools | Fault {
  const tools: Json[] = [];
  let fields: Json = {};
  const dropped: string[] = [];
  for (const tool of offered) {
    const at = ['tools', String(request.tools.indexOf(tool))];
    switch (tool.kind) {
      case 'function':
      case 'custom':
        if (!deviations.tools) return fault(at, `${provider} has no tools. Leave them out.`);
        tools.push(
          tool.kind === 'function'
            ? encodeFunction(tool, request, names, deviations)
            : encodeCustom(tool, names, deviations),
        );
        break;
      case 'web-search': {
        const limits = SEARCH_LIMITS.find(
          (field) => tool.options[field] !== undefined && tool.options[field] !== null,
        );
        if (deviations.webSearch === 'none')
          return fault(at, `${provider} does not search the web on this endpoint.`);
        if (limits !== undefined)
          return fault([...at, limits], `${provider} cannot limit its web search as "${limits}" asks for.`);
        if (typeof tool.options.max_uses === 'number') dropped.push(`tools.${at[1]}.max_uses`);
        fields = searchFields(tool.options, deviations.webSearch);
        break;
      }
      case 'provider':
        return fault(at, `${provider} has no tool of the type "${tool.type.slice(0, 64)}".`);
    }
  }
  return { tools, fields, dropped };
}

/** They change where an answer comes from, and the format has no word for them. */
const SEARCH_LIMITS = ['allowed_domains', 'blocked_domains', 'filters'] as const;

function searchFields(options: Json, form: ChatDeviations['webSearch']): Json {
  if (form === 'plugin') return { plugins: [{ id: 'web' }] };
  if (form !== 'web_search_options') return {};
  const size = textAt(options, 'search_context_size');
  const location = child(options, 'user_location');
  const place = child(location, 'approximate') ?? withoutType(location);
  return {
    web_search_options: {
      ...(size === null ? {} : { search_context_size: size }),
      ...(place ? { user_location: { type: 'approximate', approximate: place } } : {}),
    },
  };
}

function withoutType(location: Json | null): Json | null {
  if (!location) return null;
  const { type: _, ...place } = location;
  return place;
}

const ANY_OBJECT = { type: 'object', properties: {} };

function encodeFunction(
  tool: Extract<Tool, { kind: 'function' }>,
  { source }: ModelRequest,
  names: WireNames,
  { strictTools }: ChatDeviations,
): Json {
  const parameters = tool.schema ?? ANY_OBJECT;
  const strict = strictTools && isStrict(tool.strict, source.dialect, parameters);
  return {
    type: 'function',
    function: {
      name: names.toWire(tool.name),
      ...(tool.description ? { description: tool.description } : {}),
      parameters,
      ...(strict ? { strict } : {}),
    },
  };
}

/**
 * Saying nothing means strict in Responses and not here; Anthropic's strictness takes optional properties, which this one
 * refuses. So what a caller of those wants strict is strict where its schema allows (spec/providers 2.7, 3.3).
 */
function isStrict(strict: boolean | null, dialect: string, schema: Json): boolean {
  const wanted = strict ?? dialect === 'openai-responses';
  return wanted && (dialect === 'openai-chat' || isStrictSchema(schema));
}

function encodeCustom(
  tool: Extract<Tool, { kind: 'custom' }>,
  names: WireNames,
  { customTools }: ChatDeviations,
): Json {
  const name = names.toWire(tool.name);
  const description = tool.description ? { description: tool.description } : {};
  if (customTools === 'native')
    return {
      type: 'custom',
      custom: { name, ...description, ...(tool.format ? { format: nestedGrammar(tool.format) } : {}) },
    };
  const grammar = tool.format ? grammarText(tool.format) : '';
  return {
    type: 'function',
    function: {
      name,
      ...(tool.description || grammar ? { description: `${tool.description ?? ''}${grammar}`.trim() } : {}),
      parameters: {
        type: 'object',
        properties: { [EMULATED_INPUT]: { type: 'string' } },
        required: [EMULATED_INPUT],
        additionalProperties: false,
      },
    },
  };
}

/** Chat nests what Responses writes flat. */
function nestedGrammar(format: Json): Json {
  if (format.type !== 'grammar' || child(format, 'grammar')) return format;
  const { type, ...grammar } = format;
  return { type, grammar };
}

function grammarText(format: Json): string {
  const grammar = child(format, 'grammar') ?? format;
  const definition = textAt(grammar, 'definition');
  if (definition === null) return '';
  return `\n\n"${EMULATED_INPUT}" must follow this ${textAt(grammar, 'syntax') ?? ''} grammar:\n${definition}`;
}

export const choosesAllowed = (
  choice: ToolChoice | undefined,
): choice is Extract<ToolChoice, { kind: 'allowed' }> => choice?.kind === 'allowed';

/** `tool_choice`. Allowed tools that are emulated are the only ones sent, so their mode is all that is left to say. */
export function encodeToolChoice(
  choice: ToolChoice,
  tools: readonly Tool[],
  names: WireNames,
  { requiredWord, allowedTools, customTools }: ChatDeviations,
): unknown {
  const named = (name: string): Json => {
    const isCustom =
      customTools === 'native' && tools.some((tool) => tool.kind === 'custom' && tool.name === name);
    const type = isCustom ? 'custom' : 'function';
    return { type, [type]: { name: names.toWire(name) } };
  };
  switch (choice.kind) {
    case 'auto':
    case 'none':
      return choice.kind;
    case 'required':
      return requiredWord;
    case 'tool':
      return named(choice.name);
    case 'allowed':
      if (allowedTools === 'emulated') return choice.mode === 'required' ? requiredWord : 'auto';
      return {
        type: 'allowed_tools',
        allowed_tools: { mode: choice.mode, tools: choice.names.map(named) },
      };
  }
}

/** All names that the conversation and the request use. */
export function toolNames({ tools, messages }: ModelRequest): string[] {
  const offered = tools.flatMap((tool) => ('name' in tool ? [tool.name] : []));
  const called = messages.flatMap((message) =>
    message.role === 'assistant'
      ? message.content.flatMap((block) => (block.kind === 'tool-call' ? [block.name] : []))
      : [],
  );
  return [...offered, ...called];
}

export const customToolNames = ({ tools }: ModelRequest): ReadonlySet<string> =>
  new Set(tools.flatMap((tool) => (tool.kind === 'custom' ? [tool.name] : [])));
