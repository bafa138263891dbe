import type { Fault } from '../../../form/fault.ts';
import { type Json, residueOf } from '../../../form/json.ts';
import {
  EFFORTS,
  type Message,
  type ModelRequest,
  type OutputFormat,
  type ParameterName,
  type Parameters,
  type Reasoning,
} from '../../../form/request.ts';
import { decoded, Field } from '../../request-field.ts';
import { DIALECT } from '../residue.ts';
import { readInput } from './read-input.ts';
import { readTool, readToolChoice } from './read-tools.ts';

/** What the client calls a parameter. */
const NAMES: Readonly<Partial<Record<ParameterName, string>>> = {
  maxTokens: 'max_output_tokens',
  topP: 'top_p',
  logprobs: 'top_logprobs',
  toolChoice: 'tool_choice',
  parallelToolCalls: 'parallel_tool_calls',
  outputFormat: 'text.format',
  verbosity: 'text.verbosity',
  serviceTier: 'service_tier',
  promptCacheKey: 'prompt_cache_key',
  promptCacheRetention: 'prompt_cache_retention',
  maxToolCalls: 'max_tool_calls',
};

/** The fields that are read below; every other one is told as unknown. */
const KNOWN = [
  'model',
  // Who shall serve the model: ours, and read before.
  'provider',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_output_tokens',
  'temperature',
  'top_p',
  'top_logprobs',
  'include',
  'text',
  'reasoning',
  'metadata',
  'store',
  'stream',
  'stream_options',
  'user',
  'safety_identifier',
  'service_tier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'truncation',
  'max_tool_calls',
  'background',
  'previous_response_id',
  'conversation',
  'prompt',
];

/** Reads a request to `/responses` (spec/providers 3.3, 5.1). */
export const decodeRequest = (body: Json): ModelRequest | Fault =>
  decoded(() => readRequest(new Field(body), body));

function readRequest(at: Field, body: Json): ModelRequest {
  refuseStored(at);
  at.at('model').given?.text();
  const instructions = at.at('instructions').given?.text();
  const system: Message[] = instructions
    ? [{ role: 'system', content: [{ kind: 'text', text: instructions }] }]
    : [];
  const messages = [...system, ...readInput(at.at('input'))];
  if (messages.length === 0) at.at('input').fail('"input" is empty: there is nothing to answer.');
  const userName = at.at('safety_identifier').isAbsent ? 'user' : 'safety_identifier';
  const tools = at.optional('tools', (it) => it.list().map(readTool)) ?? [];
  return {
    messages,
    tools,
    parameters: { ...readParameters(at, userName), ...readCalling(at, tools.length > 0) },
    stream: at.at('stream').given?.boolean() ?? false,
    includeUsage: true,
    unknown: readUnknown(at, body, userName),
    source: { dialect: DIALECT, body, names: { ...NAMES, user: userName } },
  };
}

/** What needs an answer that somebody stored, or keeps one that nobody waits for. */
function refuseStored(at: Field): void {
  for (const key of ['previous_response_id', 'conversation'])
    at.optional(key, (it) =>
      it.fail(
        `"${key}" needs stored answers, which this gateway does not keep. Send the whole conversation.`,
      ),
    );
  at.optional('prompt', (it) =>
    it.fail(
      '"prompt" names a template that is stored at OpenAI. Send its text as "instructions" or "input".',
    ),
  );
  if (at.at('background').given?.boolean())
    at.at('background').fail('Answers in the background are stored, which this gateway does not do.');
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] | undefined };

function readParameters(at: Field, userName: string): Parameters {
  const text = at.at('text').given;
  const tier = at.at('service_tier').given?.text();
  const truncation = at.at('truncation').given?.text();
  const all: Mutable<Parameters> = {
    maxTokens: at.optional('max_output_tokens', (it) => it.count(1)),
    temperature: at.at('temperature').given?.number(),
    topP: at.at('top_p').given?.number(),
    logprobs: readLogprobs(at),
    outputFormat: text?.optional('format', readFormat),
    verbosity: text?.at('verbosity').given?.text(),
    reasoning: at.optional('reasoning', readReasoning),
    user: at.at(userName).given?.text(),
    metadata: at.optional('metadata', readMetadata),
    // Nothing is stored unless somebody asks for it.
    store: at.at('store').given?.boolean() || undefined,
    serviceTier: tier === 'auto' ? undefined : tier,
    promptCacheKey: at.at('prompt_cache_key').given?.text(),
    promptCacheRetention: at.at('prompt_cache_retention').given?.text(),
    truncation: truncation === 'disabled' ? undefined : truncation,
    maxToolCalls: at.optional('max_tool_calls', (it) => it.count(1)),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** How tools are called: says nothing where there are none, and then a call cannot be asked for. */
function readCalling(at: Field, hasTools: boolean): Pick<Parameters, 'toolChoice' | 'parallelToolCalls'> {
  const toolChoice = at.optional('tool_choice', readToolChoice);
  const parallel = at.at('parallel_tool_calls').given?.boolean();
  if (!hasTools)
    return toolChoice && toolChoice.kind !== 'none'
      ? at.at('tool_choice').fail('This asks for a call, but there are no "tools".')
      : {};
  return {
    ...(toolChoice ? { toolChoice } : {}),
    ...(parallel === false ? { parallelToolCalls: parallel } : {}),
  };
}

const LOGPROBS = 'message.output_text.logprobs';
/** What is asked for anyway. */
const INCLUDED: readonly string[] = [LOGPROBS, 'reasoning.encrypted_content'];

const included = (at: Field): string[] =>
  at.optional('include', (it) => it.list().map((value) => value.text())) ?? [];

function readLogprobs(at: Field): number | undefined {
  const top = at.optional('top_logprobs', (it) => it.count(0)) ?? 0;
  return top > 0 || included(at).includes(LOGPROBS) ? top : undefined;
}

function readFormat(format: Field): OutputFormat | undefined {
  format.object();
  switch (format.at('type').oneOf(['text', 'json_object', 'json_schema'])) {
    case 'text':
      return undefined;
    case 'json_object':
      return { kind: 'json' };
    case 'json_schema': {
      const description = format.at('description').given?.text();
      return {
        kind: 'json-schema',
        name: format.at('name').text(),
        ...(description === undefined ? {} : { description }),
        schema: format.at('schema').object(),
        strict: format.at('strict').given?.boolean() ?? null,
      };
    }
  }
}

function readReasoning(reasoning: Field): Reasoning | undefined {
  reasoning.object();
  const effort = reasoning.optional('effort', (it) => it.oneOf(EFFORTS));
  const summary = reasoning.at('summary').given?.text() ?? reasoning.at('generate_summary').given?.text();
  if (effort === undefined && summary === undefined) return undefined;
  return { ...(effort === undefined ? {} : { effort }), shown: summary === undefined ? null : true };
}

function readMetadata(metadata: Field): Record<string, string> {
  const entries = Object.keys(metadata.object()).map((key) => [key, metadata.at(key).text()] as const);
  return Object.fromEntries(entries);
}

/** Fields that nobody here reads, and what is unknown inside of those that are read. */
function readUnknown(at: Field, body: Json, userName: string): Json {
  at.at('stream_options').given?.object();
  const inner = (key: string, known: readonly string[]) =>
    Object.entries(residueOf(at.at(key).given?.object() ?? {}, known) ?? {})
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [`${key}.${name}`, value] as const);
  const include = included(at).filter((it) => !INCLUDED.includes(it));
  const other = userName === 'user' ? {} : { user: body.user };
  const unknown = { ...residueOf(body, KNOWN), ...other, ...(include.length > 0 ? { include } : {}) };
  return Object.fromEntries([
    ...Object.entries(unknown).filter(([, value]) => value !== undefined && value !== null),
    ...inner('text', ['format', 'verbosity']),
    ...inner('reasoning', ['effort', 'summary', 'generate_summary']),
  ]);
}
