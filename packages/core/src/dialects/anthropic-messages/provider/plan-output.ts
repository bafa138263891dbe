import type { Json } from '../../../form/json.ts';
import type { OutputFormat, ToolChoice } from '../../../form/request.ts';
import type { MessagesModel } from '../../claude-models.ts';
import { strictSchema } from './schema-subset.ts';

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
    /** The names that the caller's tools have; none that must not be called. */
    readonly callable: readonly string[];
    readonly choice: ToolChoice | undefined;
  },
): OutputPlan {
  if (!format) return {};
  if (format.kind === 'json')
    return { line: 'Answer with one JSON object and nothing else: no Markdown, no words around it.' };
  if (model.schema === 'native')
    return { format: { type: 'json_schema', schema: strictSchema(format.schema) } };
  // The caller wants this turn to be a call, so it is no answer yet.
  if (request.choice?.kind === 'tool' && request.callable.length > 0) return {};
  const name = freeName(request.callable);
  const description = format.description ?? 'Gives the final answer. Its input is the answer.';
  const tool = { name, description, schema: format.schema };
  if (request.thinks)
    return { tool, choice: { type: 'auto' }, line: `Give your final answer by calling the tool "${name}".` };
  if (request.callable.length > 0) return { tool, choice: { type: 'any' } };
  return { tool, choice: { type: 'tool', name, disable_parallel_tool_use: true } };
}

function freeName(taken: readonly string[]): string {
  let name = TOOL;
  while (taken.includes(name)) name = `${name}_`;
  return name;
}
