import { assertNever } from '../../../assert-never.ts';
import { type Fault, fault, isFault } from '../../../form/fault.ts';
import { isJson, type Json } from '../../../form/json.ts';
import type { Tool, ToolChoice } from '../../../form/request.ts';
import type { NameRule, WireNames } from '../../../form/wire-names.ts';
import type { GeminiModel } from '../models.ts';
import { openApiSubset } from '../schema-subset.ts';
import type { ContentContext } from './content-context.ts';

export const GEMINI_TOOL_NAME: NameRule = {
  forbidden: /[^A-Za-z0-9_.:-]/g,
  first: /^[A-Za-z_]/,
  maxLength: 64,
};

export interface EncodedTools {
  /** `tools` and `toolConfig`, as far as there are any. */
  readonly body: Json;
  readonly hasFunctions: boolean;
  /** Options of tools that Google's own have no place for. */
  readonly dropped: readonly string[];
}

type FunctionTool = Extract<Tool, { readonly kind: 'function' }>;

/** All functions in one entry, what runs at Google in others (spec/providers 7.1). */
export function encodeTools(
  tools: readonly Tool[],
  choice: ToolChoice | undefined,
  { model, surface, names }: Pick<ContentContext, 'model' | 'surface' | 'names'>,
): EncodedTools | Fault {
  const functions = tools.filter((tool) => tool.kind === 'function');
  const served: Json[] = [];
  for (const [index, tool] of tools.entries()) {
    if (tool.kind === 'function') continue;
    const own = servedTool(tool, index);
    if (isFault(own)) return own;
    served.push(own);
  }
  if (tools.length > 0 && !model.takesTools) return fault(['tools'], 'This model takes no tools.');
  if (functions.length > 0 && served.length > 0 && !model.mixesTools)
    return fault(['tools'], 'This model takes functions or tools that run at Google, but not both together.');
  const entries = [
    ...(functions.length > 0
      ? [{ functionDeclarations: functions.map((tool) => declaration(tool, model, names)) }]
      : []),
    ...served,
  ];
  const mode = functions.length > 0 ? callingMode(functions, choice, model, names) : null;
  return {
    body: {
      ...(entries.length > 0 ? { tools: entries } : {}),
      ...toolConfig(mode, functions.length > 0 && served.length > 0 && surface.marksMixedTools),
    },
    hasFunctions: functions.length > 0,
    dropped: tools.flatMap(optionsOf),
  };
}

/** AI Studio mixes functions with its own tools only when it may show the calls of those too. */
function toolConfig(mode: Json | null, isMixed: boolean): Json {
  const config = {
    ...(mode ? { functionCallingConfig: mode } : {}),
    ...(isMixed ? { includeServerSideToolInvocations: true } : {}),
  };
  return Object.keys(config).length > 0 ? { toolConfig: config } : {};
}

function declaration(tool: FunctionTool, model: GeminiModel, names: WireNames): Json {
  const { name, description, schema } = tool;
  const parameters = schema && isWorthSending(schema) ? schemaMember('parameters', schema, model) : {};
  return { name: names.toWire(name), ...(description === undefined ? {} : { description }), ...parameters };
}

/** An object without any properties says nothing, and the older field refuses it. */
function isWorthSending(schema: Json): boolean {
  const {
    type = 'object',
    properties,
    required: _,
    additionalProperties: __,
    $schema: ___,
    ...rest
  } = schema;
  const hasProperties = isJson(properties) && Object.keys(properties).length > 0;
  return hasProperties || Object.keys(rest).length > 0 || type !== 'object';
}

/** A schema in the field that takes it as it is, or its subset in the older one. */
export function schemaMember(field: 'parameters' | 'responseSchema', schema: Json, model: GeminiModel): Json {
  if (!model.takesJsonSchema) {
    const subset = openApiSubset(schema);
    return subset ? { [field]: subset } : {};
  }
  const { $schema: _, ...plain } = schema;
  return field === 'parameters' ? { parametersJsonSchema: plain } : { responseJsonSchema: plain };
}

const SERVED: readonly (readonly [type: RegExp, tool: string])[] = [
  [/^web_fetch/, 'urlContext'],
  [/^code_(?:execution|interpreter)/, 'codeExecution'],
];

function servedTool(tool: Exclude<Tool, FunctionTool>, index: number): Json | Fault {
  switch (tool.kind) {
    case 'web-search':
      return { googleSearch: {} };
    case 'provider': {
      const own = SERVED.find(([type]) => type.test(tool.type))?.[1];
      if (own) return { [own]: {} };
      return fault(['tools', String(index)], `Google has no tool like "${tool.type.slice(0, 64)}".`);
    }
    case 'custom':
      return fault(
        ['tools', String(index)],
        `Google has no tools that take free text, as "${tool.name.slice(0, 64)}" does.`,
      );
    default:
      return assertNever(tool);
  }
}

const UNSAID = new Set(['type', 'name']);

/** Google's own tools take none of the others' options. */
function optionsOf(tool: Tool): readonly string[] {
  if (tool.kind !== 'web-search' && tool.kind !== 'provider') return [];
  const { type } = tool.options;
  const where = typeof type === 'string' ? type : 'web_search_options';
  return Object.keys(tool.options)
    .filter((key) => !UNSAID.has(key))
    .map((key) => `${where}.${key}`);
}

/** `VALIDATED` holds calls to their schema without forcing any: what `strict` means. */
function callingMode(
  functions: readonly FunctionTool[],
  choice: ToolChoice | undefined,
  model: GeminiModel,
  names: WireNames,
): Json | null {
  const isStrict = model.validates && functions.every(({ strict }) => strict === true);
  switch (choice?.kind) {
    case undefined:
      return isStrict ? { mode: 'VALIDATED' } : null;
    case 'auto':
      return { mode: isStrict ? 'VALIDATED' : 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [names.toWire(choice.name)] };
    case 'allowed':
      return {
        mode: choice.mode === 'required' ? 'ANY' : 'VALIDATED',
        allowedFunctionNames: choice.names.map(names.toWire),
      };
    default:
      return assertNever(choice);
  }
}
