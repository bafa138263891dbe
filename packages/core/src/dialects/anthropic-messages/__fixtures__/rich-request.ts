import type { Json } from '../../../form/json.ts';

/** A request with something in every place. */
export const RICH = {
  model: 'any',
  max_tokens: 100,
  system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral', ttl: '5m' } }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'x' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'd' }] }, title: 't' },
        { type: 'search_result', title: 't', source: 's', content: [{ type: 'text', text: 'f' }] },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'weir:google:signature::a:sig' },
        { type: 'redacted_thinking', data: 'x' },
        { type: 'text', text: 'y', citations: [{ type: 'char_location', cited_text: 'c' }] },
        { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
        { type: 'tool_use', id: 'a', name: 'look', input: { x: 1 } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'r' }], is_error: true },
      ],
    },
    { role: 'system', content: 'now' },
  ],
  tools: [
    { name: 'look', description: 'd', input_schema: { type: 'object' }, strict: true },
    { type: 'web_search_20250305', name: 'web_search' },
  ],
  tool_choice: { type: 'tool', name: 'look', disable_parallel_tool_use: true },
  thinking: { type: 'enabled', budget_tokens: 2000, display: 'omitted' },
  output_config: { effort: 'low', format: { type: 'json_schema', schema: {} } },
  stop_sequences: ['e'],
  metadata: { user_id: 'u' },
  mcp_servers: [],
};

export type Place = readonly (string | number)[];

/** Where something stands, from the outside in. */
export function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [
    ...(at.length > 0 ? [at] : []),
    ...[...keys].flatMap((key) => placesIn((value as Record<string | number, unknown>)[key], [...at, key])),
  ];
}

export function replaced(value: unknown, [key, ...rest]: Place, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((it, at) => (at === key ? replaced(it, rest, by) : it));
  return { ...(value as Json), [key]: replaced((value as Json)[key], rest, by) };
}
