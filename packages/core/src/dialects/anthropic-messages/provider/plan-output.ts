import type { Json } from '../../../form/json.ts';
import type { OutputFormat, ToolChoice } from '../../../form/request.ts';
import type { MessagesModel } from '../../claude-models.ts';
import { closedSchema } from '../../claude-schema.ts';
import { jsonInWords } from '../../json-in-words.ts';

/** How an answer by schema is asked for (spec/providers 6.4). */
export interface OutputPlan {
  /** `output_config.format`. */
  readonly format?: Json;
  /** Our own tool whose arguments are the answer. */
  readonly tool?: { readonly name: string; readonly description: string; readonly schema: Json };
  /** In place of the caller's. */
  readonly choice?: Json;
  /** For the system prompt: what cannot be forced is asked for. */
  readonly line?: string;
}

const TOOL = 'json';

export function planOutput(
  format: OutputFormat | undefined,
  model: MessagesModel,
  request: {
    readonly thinks: boolean;
    /** The names of the caller's tools. */
    readonly tools: readonly string[];
    readonly choice: ToolChoice | undefined;
  },
): OutputPlan {
  if (!format) return {};
  if (format.kind === 'json') return { line: jsonInWords(format) };
  // A schema of open objects cannot be said natively without changing what was asked for; a tool's may be open.
  const schema = model.schema === 'native' ? closedSchema(format.schema) : null;
  if (schema) return { format: { type: 'json_schema', schema } };
  // The caller wants this turn to be a call, so it is no answer yet.
  if (request.choice?.kind === 'tool' && request.tools.length > 0) return {};
  const name = freeName(request.tools);
  const description = format.description ?? 'Gives the final answer. Its input is the answer.';
  const tool = { name, description, schema: format.schema };
  if (request.thinks)
    return { tool, choice: { type: 'auto' }, line: `Give your final answer by calling the tool "${name}".` };
  const mayCall = request.tools.length > 0 && request.choice?.kind !== 'none';
  if (mayCall) return { tool, choice: { type: 'any' } };
  return { tool, choice: { type: 'tool', name, disable_parallel_tool_use: true } };
}

function freeName(taken: readonly string[]): string {
  let name = TOOL;
  while (taken.includes(name)) name = `${name}_`;
  return name;
}
