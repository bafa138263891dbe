import { type Fault, fault, isFault } from '../../../form/fault.ts';
import { child, type Json, listAt, residueOf } from '../../../form/json.ts';
import { residueFor } from '../../../form/provenance.ts';
import type { Tool, ToolChoice } from '../../../form/request.ts';
import type { WireNames } from '../../../form/wire-names.ts';
import type { MessagesModel } from '../../claude-models.ts';
import { closedSchema } from '../../claude-schema.ts';
import { writeCache } from '../cache-control.ts';
import { objectSchema } from './object-schema.ts';
import type { Platform } from './platform.ts';

export interface ToolContext {
  readonly model: MessagesModel;
  readonly platform: Platform;
  readonly provider: string;
  readonly names: WireNames;
}

/** Of `allowed` choices only those tools are sent, since this format cannot choose among several (spec/providers 3.1). */
export function offeredTools(tools: readonly Tool[], choice: ToolChoice | undefined): readonly Tool[] {
  return choice?.kind === 'allowed'
    ? tools.filter((tool) => 'name' in tool && choice.names.includes(tool.name))
    : tools;
}

export function encodeTool(tool: Tool, context: ToolContext): Json | Fault {
  switch (tool.kind) {
    case 'function':
      return encodeFunction(tool, context);
    case 'custom':
      return fault(
        ['tools'],
        `${context.provider} has no tools that take free text, as "${tool.name}" does. Make it a function.`,
      );
    case 'web-search':
      return serverTool(
        'web_search',
        tool.dialect === 'anthropic-messages' ? tool.options : webSearch(tool.options),
        context,
      );
    case 'provider':
      return tool.dialect === 'anthropic-messages'
        ? serverTool(tool.type, tool.options, context)
        : notThere(tool.type, context);
  }
}

function encodeFunction(
  tool: Extract<Tool, { kind: 'function' }>,
  { model, platform, names }: ToolContext,
): Json | Fault {
  const schema = objectSchema(tool.schema, tool.name);
  if (isFault(schema)) return schema;
  const closed = tool.strict === true && model.schema === 'native' ? closedSchema(schema) : null;
  return {
    ...residueOf(residueFor('anthropic-messages', tool.residue), platform.refusedInTools),
    name: names.toWire(tool.name),
    ...(tool.description ? { description: tool.description } : {}),
    input_schema: closed ?? schema,
    ...(closed ? { strict: true } : {}),
    ...(tool.cache ? { cache_control: writeCache(tool.cache) } : {}),
  };
}

const serverTool = (type: string, options: Json, context: ToolContext): Json | Fault =>
  context.platform.serverTools.test(`${type}_`) ? { ...options } : notThere(type, context);

const notThere = (type: string, { provider }: ToolContext): Fault =>
  fault(['tools'], `The tool "${type.slice(0, 64)}" does not run at ${provider}. Leave it out.`);

/** OpenAI's web search, of Chat Completions (where the place is one level deeper) or of Responses. */
function webSearch(options: Json): Json {
  const place = child(options, 'user_location');
  const domains = listAt(child(options, 'filters'), 'allowed_domains');
  return {
    type: 'web_search_20250305',
    name: 'web_search',
    ...(domains.length > 0 ? { allowed_domains: domains } : {}),
    ...(place
      ? {
          user_location: {
            ...residueOf(child(place, 'approximate') ?? place, ['approximate']),
            type: 'approximate',
          },
        }
      : {}),
  };
}

/** What of other formats' web search has no place here, by the caller's name. */
export const droppedOfTools = (tools: readonly Tool[]): string[] =>
  tools
    .filter((tool) => tool.kind === 'web-search' && tool.dialect !== 'anthropic-messages')
    .filter((tool) => 'options' in tool && (tool.options.search_context_size ?? null) !== null)
    .map(() => 'search_context_size');

/** @param serial whether the caller wants at most one call at a time; it needs a choice to stand in. */
export function encodeChoice(
  choice: ToolChoice | undefined,
  serial: boolean,
  names: WireNames,
): Json | undefined {
  const written = writeChoice(choice, names) ?? (serial ? { type: 'auto' } : undefined);
  return written && serial && written.type !== 'none'
    ? { ...written, disable_parallel_tool_use: true }
    : written;
}

function writeChoice(choice: ToolChoice | undefined, names: WireNames): Json | undefined {
  switch (choice?.kind) {
    case undefined:
      return undefined;
    case 'auto':
    case 'none':
      return { type: choice.kind };
    case 'required':
      return { type: 'any' };
    case 'tool':
      return { type: 'tool', name: names.toWire(choice.name) };
    case 'allowed':
      return { type: choice.mode === 'required' ? 'any' : 'auto' };
  }
}
