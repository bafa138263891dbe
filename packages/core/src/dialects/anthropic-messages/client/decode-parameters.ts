import type { Effort, OutputFormat, ParameterName, Parameters, Reasoning } from '../../../form/request.ts';
import { decodeToolChoice } from './decode-tools.ts';
import type { Fields } from './fields.ts';

/** What this format calls a parameter. */
export function namesOf(parameters: Parameters, body: Fields): Partial<Record<ParameterName, string>> {
  const names: Readonly<Partial<Record<ParameterName, string>>> = {
    maxTokens: 'max_tokens',
    topP: 'top_p',
    topK: 'top_k',
    stop: 'stop_sequences',
    toolChoice: 'tool_choice',
    parallelToolCalls: 'tool_choice.disable_parallel_tool_use',
    outputFormat: body.has('output_format') ? 'output_format' : 'output_config.format',
    reasoning: body.has('thinking') ? 'thinking' : 'output_config.effort',
    user: 'metadata.user_id',
    serviceTier: 'service_tier',
  };
  return Object.fromEntries(Object.entries(names).filter(([parameter]) => parameter in parameters));
}

/** `max_tokens` is read by who needs it: counting tokens takes none. */
export function decodeParameters(body: Fields): Parameters {
  const stop = body.texts('stop_sequences');
  const user = body.object('metadata')?.text('user_id');
  const reasoning = decodeReasoning(body);
  const outputFormat = decodeOutputFormat(body);
  const isOnlyStandard = body.oneOf('service_tier', ['auto', 'standard_only']) === 'standard_only';
  return {
    ...set('temperature', body.number('temperature')),
    ...set('topP', body.number('top_p')),
    ...set('topK', body.integer('top_k', 0)),
    ...(stop && stop.length > 0 ? { stop } : {}),
    ...decodeToolChoice(body),
    ...set('outputFormat', outputFormat),
    ...set('reasoning', reasoning),
    ...set('user', user),
    // The form speaks OpenAI's words for tiers: never the dearer one (spec/providers 3.1).
    ...(isOnlyStandard ? { serviceTier: 'default' } : {}),
  };
}

const set = <Name extends ParameterName>(
  name: Name,
  value: Parameters[Name] | undefined,
): Pick<Parameters, Name> => (value === undefined ? {} : { [name]: value }) as Pick<Parameters, Name>;

const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const satisfies readonly Effort[];

/**
 * Thinking by a budget, or adaptive with an effort; `disabled` is the effort `none`. Thinking that is switched on is
 * shown unless the caller wants it left out; whether adaptive thinking is shown depends on the model.
 */
function decodeReasoning(body: Fields): Reasoning | undefined {
  const thinking = body.object('thinking');
  const effort = body.object('output_config')?.oneOf('effort', EFFORTS);
  const withEffort = effort === undefined ? {} : { effort };
  if (!thinking) return effort === undefined ? undefined : { effort, shown: null };
  const display = thinking.oneOf('display', ['summarized', 'omitted']);
  const shown = display === undefined ? null : display === 'summarized';
  switch (thinking.oneOf('type', ['enabled', 'adaptive', 'disabled', 'between_tools'])) {
    case 'enabled': {
      const budget = thinking.needed('budget_tokens', thinking.integer('budget_tokens', 1), 1);
      return { budget, shown: shown ?? true };
    }
    case 'disabled':
      return { effort: 'none', shown: null };
    case 'adaptive':
    case 'between_tools':
      return { ...withEffort, shown };
    default:
      thinking.needed('type', thinking.text('type'), '');
      return undefined;
  }
}

/** `output_format` is the field's name in its beta. */
function decodeOutputFormat(body: Fields): OutputFormat | undefined {
  const format = body.object('output_config')?.object('format') ?? body.object('output_format');
  if (!format) return undefined;
  format.needed('type', format.oneOf('type', ['json_schema']), 'json_schema');
  const schema = format.needed('schema', format.object('schema')?.value, {});
  return { kind: 'json-schema', name: null, schema, strict: null };
}
