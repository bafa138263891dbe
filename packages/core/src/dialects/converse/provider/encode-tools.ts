import type { Json } from '../../../form/json.ts';
import type { Tool, ToolChoice } from '../../../form/request.ts';
import type { Turn } from '../../../form/turns.ts';
import { closedSchema } from '../../claude-schema.ts';
import type { OutputPlan } from './encode-output.ts';
import { cached, refuse, type Speech } from './speech.ts';

type FunctionTool = Extract<Tool, { kind: 'function' }>;

export interface ToolsAsked {
  readonly tools: readonly Tool[];
  readonly choice: ToolChoice | undefined;
  /** The client's name for the choice. */
  readonly choiceName: string;
  readonly output: OutputPlan;
  readonly turns: readonly Turn[];
}

/** Null: nothing is offered and nothing was called. */
export function encodeTools(asked: ToolsAsked, speech: Speech): Json | null {
  const offered = offeredTools(asked, speech);
  const output = asked.output.kind === 'tool' ? asked.output.tool : null;
  const specs = (output ? [...offered, output] : offered).flatMap((tool) =>
    cached(speech, [{ toolSpec: toolSpec(tool, speech) }], tool.cache, 'tools'),
  );
  if (specs.length === 0) return null;
  const choice = toolChoice(asked, offered, speech);
  return { tools: specs, ...(choice ? { toolChoice: choice } : {}) };
}

/**
 * Calls in the conversation need `toolConfig`, also when the request offers no tools or none may be used: then the tools
 * are rebuilt from what was called (spec/providers 8.1). Converse has no choice `none`, so there the model may call.
 */
function offeredTools({ tools, choice, choiceName, turns }: ToolsAsked, speech: Speech): FunctionTool[] {
  const functions = tools.flatMap((tool, at) => functionTool(tool, at, speech));
  const called = calledNames(turns);
  const known = functions.length > 0 ? functions : called.map(bareTool);
  if (choice?.kind === 'allowed') return known.filter(({ name }) => choice.names.includes(name));
  // A model that takes no names is left no other tool to call.
  if (choice?.kind === 'tool' && speech.model.toolChoice === 'any')
    return known.filter(({ name }) => name === choice.name);
  if (choice?.kind !== 'none') return known;
  if (called.length === 0) return [];
  speech.dropped.add(choiceName);
  return known;
}

function functionTool(tool: Tool, at: number, speech: Speech): FunctionTool[] {
  if (tool.kind === 'function') return [tool];
  const what = tool.kind === 'provider' ? `tool type "${tool.type.slice(0, 64)}"` : `${tool.kind} tool`;
  refuse(speech, `Amazon Bedrock has no ${what}. Offer functions only.`, ['tools', String(at)]);
  return [];
}

const calledNames = (turns: readonly Turn[]) => [
  ...new Set(
    turns.flatMap(({ content }) => content.flatMap((it) => (it.kind === 'tool-call' ? [it.name] : []))),
  ),
];

const bareTool = (name: string): FunctionTool => ({ kind: 'function', name, schema: null, strict: null });

const NO_ARGUMENTS = { type: 'object', properties: {} };

function toolSpec({ name, description, schema, strict }: FunctionTool, speech: Speech): Json {
  const json = schema === null ? NO_ARGUMENTS : { type: 'object', ...schema };
  const closed = strict && speech.model.schema !== 'tool' ? closedSchema(json) : null;
  return {
    name: speech.names.toWire(name),
    // An empty description is refused.
    ...(description?.trim() ? { description } : {}),
    inputSchema: { json: closed ?? json },
    ...(closed ? { strict: true } : {}),
  };
}

/** Absent says `auto` too, and models without choices refuse the word. */
function toolChoice(
  { choice, output, choiceName }: ToolsAsked,
  offered: readonly FunctionTool[],
  speech: Speech,
): Json | null {
  const { toolChoice: largest } = speech.model;
  if (output.kind === 'tool') {
    if (output.line !== null) return null;
    // With tools beside it the model may call them first.
    const isAlone = offered.length === 0 || choice?.kind === 'none';
    return isAlone && largest === 'tool' ? named(output.tool.name, speech) : { any: {} };
  }
  if (!choice || choice.kind === 'none') return null;
  const mustCall = choice.kind === 'required' || (choice.kind === 'allowed' && choice.mode === 'required');
  if (choice.kind !== 'tool' && !mustCall) return largest === 'none' ? null : { auto: {} };
  if (largest === 'none') {
    refuse(speech, `This model of Amazon Bedrock cannot be made to call a tool. Leave out "${choiceName}".`, [
      choiceName,
    ]);
    return null;
  }
  return choice.kind === 'tool' && largest === 'tool' ? named(choice.name, speech) : { any: {} };
}

const named = (name: string, speech: Speech): Json => ({ tool: { name: speech.names.toWire(name) } });
