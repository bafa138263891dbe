import type { Json } from '../../../form/json.ts';
import type { DialectName } from '../../../form/provenance.ts';
import type { OutputFormat } from '../../../form/request.ts';
import { TOOL_NAME_64, wireName } from '../../../form/wire-names.ts';
import type { ChatDeviations } from './deviations.ts';
import { isStrictSchema } from './strict-schema.ts';

export interface EncodedOutput {
  /** `response_format`; null: none. */
  readonly format: Json | null;
  /** What the model is told in words instead. */
  readonly instructions: string | null;
}

/** A wish for structured output, as the provider takes it (spec/providers 2.7). */
export function encodeOutput(
  format: OutputFormat | undefined,
  hasTools: boolean,
  client: DialectName,
  deviations: ChatDeviations,
): EncodedOutput {
  if (!format) return { format: null, instructions: null };
  const inWords = hasTools && !deviations.formatWithTools;
  if (format.kind === 'json')
    return inWords || !deviations.jsonObject
      ? { format: null, instructions: ANY_JSON }
      : { format: { type: 'json_object' }, instructions: null };
  if (inWords) return { format: null, instructions: schemaText(format.schema) };
  switch (deviations.schemaForm) {
    case 'named':
      return {
        format: { type: 'json_schema', json_schema: namedSchema(format, client) },
        instructions: null,
      };
    case 'bare':
      return {
        format: { type: 'json_schema', json_schema: { schema: format.schema } },
        instructions: null,
      };
    case 'json-object':
      return { format: { type: 'json_object' }, instructions: schemaText(format.schema) };
    case 'instructions':
      return { format: null, instructions: schemaText(format.schema) };
  }
}

/** Anthropic's structured output is always strict; here the schema has to allow it. */
function namedSchema(format: Extract<OutputFormat, { kind: 'json-schema' }>, client: DialectName): Json {
  const { name, description, schema } = format;
  const strict = format.strict ?? (client === 'anthropic-messages' && isStrictSchema(schema) ? true : null);
  return {
    name: wireName(name ?? 'answer', TOOL_NAME_64),
    ...(description === undefined ? {} : { description }),
    schema,
    ...(strict === null ? {} : { strict }),
  };
}

const ANY_JSON = 'Answer with one JSON value and nothing else: no other words, no code fence.';

const schemaText = (schema: Json) =>
  `${ANY_JSON} It must be valid against this JSON Schema:\n${JSON.stringify(schema)}`;
