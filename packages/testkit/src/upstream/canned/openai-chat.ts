/** Shapes after the OpenAI API reference, "Chat" (chat completion object and chunk object). */
export const OPENAI_CHAT_TEXT = 'The weir holds the river back.';
export const OPENAI_CHAT_USAGE = {
  prompt_tokens: 19,
  completion_tokens: 8,
  total_tokens: 27,
  prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 2,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
} as const;

const ID = 'chatcmpl-weir0001';
const CREATED = 1_760_000_000;

export function openaiChatAnswer(model: string): object {
  return {
    id: ID,
    object: 'chat.completion',
    created: CREATED,
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: OPENAI_CHAT_TEXT, refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: OPENAI_CHAT_USAGE,
    service_tier: 'default',
  };
}

/** The events of a streamed answer; the usage event is there only when the caller asked for it. */
export function openaiChatEvents(model: string, includeUsage: boolean): string[] {
  const words = OPENAI_CHAT_TEXT.split(/(?<= )/);
  const usage = includeUsage ? { usage: null } : {};
  const chunk = (delta: object, finishReason: string | null) => ({
    id: ID,
    object: 'chat.completion.chunk',
    created: CREATED,
    model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    ...usage,
  });
  const events: object[] = [
    chunk({ role: 'assistant', content: '', refusal: null }, null),
    ...words.map((content) => chunk({ content }, null)),
    chunk({}, 'stop'),
  ];
  if (includeUsage) events.push({ ...chunk({}, null), choices: [], usage: OPENAI_CHAT_USAGE });
  return [...events.map((event) => `data: ${JSON.stringify(event)}\n\n`), 'data: [DONE]\n\n'];
}

export function openaiError(message: string, type: string, code: string | null): object {
  return { error: { message, type, param: null, code } };
}

export const OPENAI_MODELS = {
  object: 'list',
  data: [
    { id: 'gpt-4o-mini', object: 'model', created: 1_721_172_741, owned_by: 'system' },
    { id: 'gpt-4o', object: 'model', created: 1_715_367_049, owned_by: 'system' },
  ],
} as const;

export function openaiEmbeddings(model: string): object {
  return {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [0.25, -0.5, 0.125, 1] }],
    model,
    usage: { prompt_tokens: 5, total_tokens: 5 },
  };
}
