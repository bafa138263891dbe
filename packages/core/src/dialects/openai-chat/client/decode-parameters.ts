import type { Json } from '../../../form/json.ts';
import {
  EFFORTS,
  type ModelRequest,
  type OutputFormat,
  type ParameterName,
  type Parameters,
  type Reasoning,
} from '../../../form/request.ts';
import { type Field, shown } from '../../request-field.ts';

/** Reads one field; undefined where what it says is the default of every format. */
type Reader<Value> = (field: Field) => Value | undefined;
type Row<Name extends ParameterName> = readonly [field: string, read: Reader<NonNullable<Parameters[Name]>>];

const text: Reader<string> = (field) => field.text();
const number: Reader<number> = (field) => field.number();
const object: Reader<Json> = (field) => field.object();

/** The fields of a parameter: the first that the caller gave counts. */
const FIELDS: { readonly [Name in ParameterName]?: readonly Row<Name>[] } = {
  maxTokens: [
    ['max_completion_tokens', (field) => field.count(1)],
    ['max_tokens', (field) => field.count(1)],
  ],
  temperature: [['temperature', number]],
  topP: [['top_p', number]],
  topK: [['top_k', (field) => field.count(0)]],
  stop: [['stop', readStop]],
  seed: [['seed', number]],
  frequencyPenalty: [['frequency_penalty', number]],
  presencePenalty: [['presence_penalty', number]],
  logitBias: [['logit_bias', object]],
  candidates: [['n', (field) => oneIsDefault(field.count(1))]],
  outputFormat: [['response_format', readOutputFormat]],
  reasoning: [
    ['reasoning_effort', (field) => ({ effort: field.oneOf(EFFORTS), shown: null })],
    ['reasoning', readReasoning],
  ],
  verbosity: [['verbosity', text]],
  modalities: [['modalities', readModalities]],
  audioOutput: [['audio', object]],
  prediction: [['prediction', object]],
  user: [
    ['safety_identifier', text],
    ['user', text],
  ],
  metadata: [['metadata', readMetadata]],
  store: [['store', (field) => field.boolean()]],
  serviceTier: [['service_tier', text]],
  promptCacheKey: [['prompt_cache_key', text]],
  promptCacheRetention: [['prompt_cache_retention', text]],
};

export const PARAMETER_FIELDS: readonly string[] = [
  ...Object.values(FIELDS).flatMap((rows) => rows.map(([name]) => name)),
  'logprobs',
  'top_logprobs',
];

export interface DecodedParameters {
  readonly parameters: Parameters;
  readonly names: ModelRequest['source']['names'];
  /** Second names of one parameter, given beside its first. */
  readonly unknown: Json;
}

export function decodeParameters(body: Field): DecodedParameters {
  const parameters: Partial<Record<ParameterName, unknown>> = {};
  const names: Partial<Record<ParameterName, string>> = {};
  const unknown: Record<string, unknown> = {};
  for (const [key, rows] of Object.entries(FIELDS)) {
    const parameter = key as ParameterName;
    for (const [name, read] of rows as readonly Row<ParameterName>[]) {
      const field = body.at(name).given;
      const value = field && read(field);
      if (value === undefined) continue;
      if (parameters[parameter] === undefined) {
        parameters[parameter] = value;
        names[parameter] = name;
      } else if (parameters[parameter] !== value) unknown[name] = value;
    }
  }
  const logprobs = readLogprobs(body);
  if (logprobs !== undefined) {
    parameters.logprobs = logprobs;
    names.logprobs = 'logprobs';
  }
  return { parameters: parameters as Parameters, names, unknown };
}

function readLogprobs(body: Field): number | undefined {
  const top = body.at('top_logprobs');
  const count = top.given?.count(0);
  if (body.at('logprobs').given?.boolean() === true) return count ?? 0;
  return count === undefined || count === 0 ? undefined : top.fail('This needs "logprobs": true.');
}

const oneIsDefault = (count: number) => (count === 1 ? undefined : count);

function readStop(field: Field): readonly string[] | undefined {
  if (typeof field.value === 'string') return [field.value];
  const stops = field.list().map((it) => it.text());
  return stops.length === 0 ? undefined : stops;
}

function readModalities(field: Field): readonly string[] | undefined {
  const modalities = field.list().map((it) => it.text());
  return modalities.some((it) => it !== 'text') ? modalities : undefined;
}

function readMetadata(field: Field): Readonly<Record<string, string>> | undefined {
  const entries = Object.keys(field.object()).map((key) => [key, field.at(key).text()] as const);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function readOutputFormat(field: Field): OutputFormat | undefined {
  const type = field.at('type').text();
  switch (type) {
    case 'text':
      return undefined;
    case 'json_object':
      return { kind: 'json' };
    case 'json_schema': {
      const given = field.at('json_schema');
      const description = given.at('description').given?.text();
      return {
        kind: 'json-schema',
        name: given.at('name').given?.name() ?? null,
        ...(description === undefined ? {} : { description }),
        schema: given.at('schema').given?.object() ?? {},
        strict: given.at('strict').given?.boolean() ?? null,
      };
    }
    default:
      return field.at('type').fail(`There is no output format "${shown(type)}".`);
  }
}

/** OpenRouter's own object, which many chat clients send: an effort or a budget, and whether thoughts are shown. */
function readReasoning(field: Field): Reasoning | undefined {
  const effort = field.at('effort').given?.oneOf(EFFORTS);
  const budget = field.at('max_tokens').given?.count(0);
  const enabled = field.at('enabled').given?.boolean();
  const hidden = field.at('exclude').given?.boolean();
  const wanted = effort ?? (enabled === undefined ? undefined : enabled ? 'medium' : 'none');
  if (wanted === undefined && budget === undefined && hidden === undefined) return undefined;
  return {
    ...(wanted === undefined || (budget !== undefined && effort === undefined) ? {} : { effort: wanted }),
    ...(budget === undefined ? {} : { budget }),
    shown: hidden === undefined ? null : !hidden,
  };
}
