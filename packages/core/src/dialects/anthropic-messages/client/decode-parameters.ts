import type { OutputFormat, ParameterName, Parameters, Reasoning } from '../../../form/request.ts';
import type { Field } from '../../request-field.ts';
import { decodeToolChoice } from './decode-tools.ts';

/** What this format calls a parameter. */
export function namesOf(parameters: Parameters, body: Field): Partial<Record<ParameterName, string>> {
  const names: Readonly<Partial<Record<ParameterName, string>>> = {
    maxTokens: 'max_tokens',
    topP: 'top_p',
    topK: 'top_k',
    stop: 'stop_sequences',
    toolChoice: 'tool_choice',
    parallelToolCalls: 'tool_choice.disable_parallel_tool_use',
    outputFormat: body.at('output_format').given ? 'output_format' : 'output_config.format',
    reasoning: body.at('thinking').given ? 'thinking' : 'output_config.effort',
    user: 'metadata.user_id',
    serviceTier: 'service_tier',
  };
  return Object.fromEntries(Object.entries(names).filter(([parameter]) => parameter in parameters));
}

/** `max_tokens` is read by who needs it: counting tokens takes none. */
export function decodeParameters(body: Field): Parameters {
  const number = (it: Field) => it.number();
  const stop = body.optional('stop_sequences', (it) => it.list().map((sequence) => sequence.text()));
  const tier = body.optional('service_tier', (it) => it.oneOf(['auto', 'standard_only']));
  return {
    ...set('temperature', body.optional('temperature', number)),
    ...set('topP', body.optional('top_p', number)),
    ...set(
      'topK',
      body.optional('top_k', (it) => it.count(0)),
    ),
    ...(stop && stop.length > 0 ? { stop } : {}),
    ...body.optional('tool_choice', decodeToolChoice),
    ...set('outputFormat', decodeOutputFormat(body)),
    ...set('reasoning', decodeReasoning(body)),
    ...set(
      'user',
      body.optional('metadata', (it) => it.optional('user_id', (user) => user.text())),
    ),
    // The form speaks OpenAI's words for tiers; `auto` says no more than every provider's default.
    ...(tier === 'standard_only' ? { serviceTier: 'default' } : {}),
  };
}

const set = <Name extends ParameterName>(
  name: Name,
  value: Parameters[Name] | undefined,
): { readonly [Key in Name]?: Parameters[Name] } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]: Parameters[Name] });

/**
 * Thinking by a budget, or adaptive with an effort; `disabled` is the effort `none`. Thinking that is switched on is
 * shown unless the caller wants it left out; whether adaptive thinking is shown depends on the model.
 */
function decodeReasoning(body: Field): Reasoning | undefined {
  const effort = body
    .optional('output_config', (it) => it)
    ?.optional('effort', (it) => it.oneOf(['low', 'medium', 'high', 'xhigh', 'max']));
  const withEffort = effort === undefined ? {} : { effort };
  const thinking = body.at('thinking').given;
  if (!thinking) return effort === undefined ? undefined : { effort, shown: null };
  const display = thinking.optional('display', (it) => it.oneOf(['summarized', 'omitted']));
  const shown = display === undefined ? null : display === 'summarized';
  switch (thinking.at('type').oneOf(['enabled', 'adaptive', 'between_tools', 'disabled'])) {
    case 'enabled':
      return { budget: thinking.at('budget_tokens').count(1), shown: shown ?? true };
    case 'disabled':
      return { effort: 'none', shown: null };
    case 'adaptive':
    case 'between_tools':
      return { ...withEffort, shown };
  }
}

/** `output_format` is the field's name in its beta. */
function decodeOutputFormat(body: Field): OutputFormat | undefined {
  const format =
    body.optional('output_config', (it) => it.at('format').given) ?? body.at('output_format').given;
  if (!format) return undefined;
  format.at('type').oneOf(['json_schema']);
  return { kind: 'json-schema', name: null, schema: format.at('schema').object(), strict: null };
}
