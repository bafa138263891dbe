/** Shapes after the OpenAI API reference, "Responses" (response object and streaming events). */
export const OPENAI_RESPONSES_TEXT = 'The weir holds the river back.';
export const OPENAI_RESPONSES_USAGE = {
  input_tokens: 19,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 8,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 27,
} as const;

const MESSAGE = 'msg_weir0001';

export function openaiResponsesAnswer(model: string): object {
  return response(model, 'completed', [message('completed', OPENAI_RESPONSES_TEXT)], OPENAI_RESPONSES_USAGE);
}

export function openaiResponsesEvents(model: string): string[] {
  const at = { item_id: MESSAGE, output_index: 0, content_index: 0 };
  const part = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });
  const events = [
    { type: 'response.created', response: response(model, 'in_progress', [], null) },
    { type: 'response.in_progress', response: response(model, 'in_progress', [], null) },
    { type: 'response.output_item.added', output_index: 0, item: message('in_progress', null) },
    { type: 'response.content_part.added', ...at, part: part('') },
    ...OPENAI_RESPONSES_TEXT.split(/(?<= )/).map((delta) => ({
      type: 'response.output_text.delta',
      ...at,
      delta,
      logprobs: [],
    })),
    { type: 'response.output_text.done', ...at, text: OPENAI_RESPONSES_TEXT, logprobs: [] },
    { type: 'response.content_part.done', ...at, part: part(OPENAI_RESPONSES_TEXT) },
    { type: 'response.output_item.done', output_index: 0, item: message('completed', OPENAI_RESPONSES_TEXT) },
    { type: 'response.completed', response: openaiResponsesAnswer(model) },
  ];
  return events.map((event, sequence) => {
    const data = JSON.stringify({ ...event, sequence_number: sequence });
    return `event: ${event.type}\ndata: ${data}\n\n`;
  });
}

function response(model: string, status: string, output: readonly object[], usage: object | null): object {
  return {
    id: 'resp_weir0001',
    object: 'response',
    created_at: 1_760_000_000,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage,
    metadata: {},
  };
}

function message(status: string, text: string | null): object {
  const content = text === null ? [] : [{ type: 'output_text', text, annotations: [], logprobs: [] }];
  return { id: MESSAGE, type: 'message', status, role: 'assistant', content };
}
