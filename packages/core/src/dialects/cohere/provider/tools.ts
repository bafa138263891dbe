import { type Fault, fault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { listAt } from '../../../form/json.ts';
import type { Tool, ToolChoice } from '../../../form/request.ts';
import type { WireNames } from '../../../form/wire-names.ts';

type FunctionTool = Extract<Tool, { readonly kind: 'function' }>;

/** `tools`, `tool_choice` and `strict_tools`; nothing at all without tools. */
export function encodeTools(
  tools: readonly Tool[],
  choice: ToolChoice | undefined,
  names: WireNames,
): Json | Fault {
  const functions: FunctionTool[] = [];
  for (const [index, tool] of tools.entries()) {
    if (tool.kind !== 'function') return fault(['tools', String(index)], refusal(tool));
    functions.push(tool);
  }
  const sent = allowed(functions, choice);
  if (sent.length === 0 && functions.length > 0)
    return fault(['tool_choice'], 'The choice names no tool that is offered.');
  if (sent.length === 0) return {};
  const toolChoice = choiceWord(choice);
  return {
    tools: sent.map((tool) => encodeTool(tool, names)),
    ...(toolChoice ? { tool_choice: toolChoice } : {}),
    ...(sent.every(isStrict) ? { strict_tools: true } : {}),
  };
}

function refusal(tool: Exclude<Tool, FunctionTool>): string {
  if (tool.kind === 'web-search') return 'Cohere does not search the web.';
  const name = tool.kind === 'custom' ? tool.name : tool.type;
  return `Cohere has functions only, and "${name.slice(0, 64)}" is none.`;
}

/** It cannot be told to choose among some of them, so only those are sent. */
function allowed(tools: readonly FunctionTool[], choice: ToolChoice | undefined): readonly FunctionTool[] {
  if (choice?.kind === 'tool') return tools.filter(({ name }) => name === choice.name);
  if (choice?.kind === 'allowed') return tools.filter(({ name }) => choice.names.includes(name));
  return tools;
}

function choiceWord(choice: ToolChoice | undefined): 'REQUIRED' | 'NONE' | null {
  switch (choice?.kind) {
    case 'none':
      return 'NONE';
    case 'required':
    case 'tool':
      return 'REQUIRED';
    case 'allowed':
      return choice.mode === 'required' ? 'REQUIRED' : null;
    default:
      return null;
  }
}

const encodeTool = ({ name, description, schema }: FunctionTool, names: WireNames): Json => ({
  type: 'function',
  function: {
    name: names.toWire(name),
    ...(description === undefined ? {} : { description }),
    parameters: schema ?? { type: 'object', properties: {} },
  },
});

/** Cohere holds all tools to their schemas or none, and refuses to where one requires nothing. */
const isStrict = ({ strict, schema }: FunctionTool) =>
  strict === true && listAt(schema, 'required').length > 0;
