/** Shapes after the Anthropic API reference, "Messages" and "Streaming messages". */
export const ANTHROPIC_TEXT = 'The weir holds the river back.';
export const ANTHROPIC_USAGE = {
  input_tokens: 15,
  cache_creation_input_tokens: 3,
  cache_read_input_tokens: 4,
  output_tokens: 8,
} as const;

const ID = 'msg_weir0001';

export function anthropicAnswer(model: string): object {
  return {
    id: ID,
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: ANTHROPIC_TEXT }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: ANTHROPIC_USAGE,
  };
}

export function anthropicEvents(model: string): string[] {
  const { output_tokens, ...input } = ANTHROPIC_USAGE;
  const events = [
    {
      type: 'message_start',
      message: {
        id: ID,
        type: 'message',
        role: 'assistant',
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...input, output_tokens: 1 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
    ...ANTHROPIC_TEXT.split(/(?<= )/).map((text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens },
    },
    { type: 'message_stop' },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

export function anthropicError(type: string, message: string): object {
  return { type: 'error', error: { type, message }, request_id: 'req_weir0001' };
}
