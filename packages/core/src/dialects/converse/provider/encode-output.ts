import type { Json } from '../../../form/json.ts';
import type { OutputFormat, Parameters, Tool } from '../../../form/request.ts';
import { closedSchema } from '../../claude-schema.ts';
import type { ConverseModel } from '../models.ts';

/** How the model is asked for an answer in a form. */
export type OutputPlan =
  | { readonly kind: 'free' }
  /** A line of the system prompt. */
  | { readonly kind: 'line'; readonly line: string }
  /** Claude's `output_config.format`. */
  | { readonly kind: 'fields'; readonly format: Json }
  /** Converse's `outputConfig`. */
  | { readonly kind: 'text-format'; readonly outputConfig: Json }
  /** A tool of ours, whose arguments are the answer. `line` asks for it where it cannot be forced. */
  | {
      readonly kind: 'tool';
      readonly tool: Extract<Tool, { kind: 'function' }>;
      readonly line: string | null;
    };

const ONLY_JSON =
  'Answer with one JSON object and nothing else: no words before or after it and no code fence.';

export function planOutput(
  parameters: Parameters,
  tools: readonly Tool[],
  model: ConverseModel,
  thinks: boolean,
): OutputPlan {
  const { outputFormat: format, toolChoice } = parameters;
  if (!format) return { kind: 'free' };
  if (format.kind === 'json') return { kind: 'line', line: ONLY_JSON };
  // A call is forced: there will be no answer that could have a form.
  const mustCall = toolChoice?.kind === 'required' || toolChoice?.kind === 'tool';
  if (mustCall && tools.length > 0) return { kind: 'free' };
  if (model.schema === 'fields') {
    const schema = closedSchema(format.schema);
    if (schema) return { kind: 'fields', format: { type: 'json_schema', schema } };
  }
  if (model.schema === 'text-format') return { kind: 'text-format', outputConfig: textFormat(format) };
  const tool = outputTool(format, tools);
  const isForced = model.toolChoice !== 'none' && !thinks;
  return {
    kind: 'tool',
    tool,
    line: isForced ? null : `Give your final answer by calling the tool "${tool.name}".`,
  };
}

type SchemaFormat = Extract<OutputFormat, { kind: 'json-schema' }>;

/** The schema is a text on this wire (spec/providers 2.7). */
function textFormat({ name, description, schema }: SchemaFormat): Json {
  const jsonSchema = {
    schema: JSON.stringify(schema),
    ...(name === null ? {} : { name }),
    ...(description === undefined ? {} : { description }),
  };
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
}

function outputTool(format: SchemaFormat, tools: readonly Tool[]) {
  const taken = new Set(tools.map((tool) => ('name' in tool ? tool.name : '')));
  let name = 'json';
  while (taken.has(name)) name = `${name}_answer`;
  return {
    kind: 'function',
    name,
    description: format.description ?? 'The final answer, in the form that was asked for.',
    schema: format.schema,
    strict: null,
  } as const;
}
