import { isJson, type Json } from '../../../form/json.ts';
import type { ModelRequest } from '../../../form/request.ts';
import { DIALECT } from '../residue.ts';

/** What an answer repeats of its request, with what stands there when the request says nothing (spec/providers 5.2). */
const ECHOED: Json = {
  background: false,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  prompt_cache_retention: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: 'default',
  // Nothing is kept that an id could bring back.
  store: false,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: null,
  truncation: 'disabled',
  user: null,
  metadata: {},
};

export function echoOf({ source }: ModelRequest): Json {
  if (source.dialect !== DIALECT) return ECHOED;
  return Object.fromEntries(
    Object.entries(ECHOED).map(([key, silent]) => {
      const said = source.body[key] ?? silent;
      return [key, isJson(silent) && isJson(said) ? { ...silent, ...said } : said];
    }),
  );
}
