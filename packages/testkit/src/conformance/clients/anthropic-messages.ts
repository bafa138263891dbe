import Anthropic, { APIError, APIUserAbortError } from '@anthropic-ai/sdk';
import type {
  ContentBlockParam,
  Message,
  MessageCreateParamsNonStreaming,
  MessageParam,
} from '@anthropic-ai/sdk/resources/messages';
import type { Ask, AskPart, AskTurn } from '../ask.ts';
import type { Observed, ObservedFinish, Outcome } from '../observed.ts';
import { CALL_RESULT, type ConformanceClient, type Endpoint, SDK_OPTIONS } from './client.ts';

const connect = ({ baseUrl, apiKey, headers }: Endpoint) =>
  new Anthropic({ ...SDK_OPTIONS, baseURL: baseUrl, apiKey, defaultHeaders: headers });

/** `@anthropic-ai/sdk`, `messages`: its plain call, and its streaming helper that accumulates the message. */
export const messagesClient: ConformanceClient = {
  name: 'anthropic-messages',
  title: 'Anthropic Messages',
  async ask(endpoint, ask, { model, mode }) {
    let partial = '';
    try {
      const { messages } = connect(endpoint);
      const params = write(ask, model);
      if (mode === 'whole') return { kind: 'answer', observed: observe(await messages.create(params)) };
      const stream = messages.stream(params);
      stream.on('text', (delta) => {
        partial += delta;
      });
      return { kind: 'answer', observed: observe(await stream.finalMessage()) };
    } catch (error) {
      return anthropicError(error, partial);
    }
  },
  async goOn(endpoint, ask, { model, mode }) {
    const { messages } = connect(endpoint);
    const params = write(ask, model);
    const answer = (conversation: MessageParam[]) =>
      mode === 'whole'
        ? messages.create({ ...params, messages: conversation })
        : messages.stream({ ...params, messages: conversation }).finalMessage();
    try {
      const { content } = await answer(params.messages);
      const results = content.flatMap((block) =>
        block.type === 'tool_use'
          ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: CALL_RESULT }]
          : [],
      );
      const second = await answer([
        ...params.messages,
        { role: 'assistant', content },
        { role: 'user', content: results },
      ]);
      return { kind: 'answer', observed: observe(second) };
    } catch (error) {
      return anthropicError(error, '');
    }
  },
  async leave(endpoint, ask, model) {
    const stream = connect(endpoint).messages.stream(write(ask, model));
    let partial = '';
    stream.on('text', (delta) => {
      partial += delta;
      stream.abort();
    });
    try {
      await stream.finalMessage();
      return { aborted: false, partial };
    } catch (error) {
      return { aborted: error instanceof APIUserAbortError, partial };
    }
  },
};

function anthropicError(error: unknown, partial: string): Outcome {
  if (!(error instanceof Error)) throw error;
  const status = error instanceof APIError ? (error.status ?? null) : null;
  const type = error instanceof APIError ? error.type : null;
  return { kind: 'error', status, type, message: error.message, partial };
}

function write(ask: Ask, model: string): MessageCreateParamsNonStreaming {
  return {
    model,
    max_tokens: ask.maxTokens,
    messages: ask.turns.map(writeTurn),
    ...(ask.system === undefined ? {} : { system: ask.system }),
    ...(ask.tools
      ? {
          tools: ask.tools.map(({ name, description, schema }) => ({
            name,
            description,
            input_schema: { ...schema, required: [...schema.required] },
          })),
        }
      : {}),
    ...(ask.toolChoice
      ? {
          tool_choice:
            ask.toolChoice.kind === 'tool'
              ? { type: 'tool' as const, name: ask.toolChoice.name }
              : { type: 'any' as const },
        }
      : {}),
    ...(ask.output
      ? { output_config: { format: { type: 'json_schema' as const, schema: { ...ask.output.schema } } } }
      : {}),
    ...(ask.thinks ? { thinking: { type: 'enabled' as const, budget_tokens: 1024 } } : {}),
  };
}

function writeTurn(turn: AskTurn): MessageParam {
  if (turn.role === 'user') return { role: 'user', content: turn.parts.map(writePart) };
  return {
    role: 'assistant',
    content: [
      ...(turn.text === undefined ? [] : [{ type: 'text' as const, text: turn.text }]),
      ...(turn.calls ?? []).map(({ id, name, input }) => ({
        type: 'tool_use' as const,
        id: ownId(id),
        name,
        input,
      })),
    ],
  };
}

/** The format takes no others, so a client of it never has them. */
const ownId = (id: string) => id.replaceAll(/[^A-Za-z0-9_-]/g, '_');

function writePart(part: AskPart): ContentBlockParam {
  switch (part.kind) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image':
      return {
        type: 'image',
        source: { type: 'base64', media_type: part.mediaType, data: part.base64 },
      };
    case 'result':
      return { type: 'tool_result', tool_use_id: ownId(part.id), content: part.text };
  }
}

function observe(message: Message): Observed {
  const { usage } = message;
  const cached = usage.cache_read_input_tokens ?? 0;
  return {
    text: message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    reasoning: message.content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    refusal: message.stop_details?.explanation ?? '',
    calls: message.content.flatMap((block) =>
      block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input }] : [],
    ),
    finish: finish(message.stop_reason),
    usage: {
      input: usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0),
      cached,
      output: usage.output_tokens,
      reasoning: usage.output_tokens_details?.thinking_tokens ?? 0,
    },
  };
}

function finish(reason: Message['stop_reason']): ObservedFinish {
  switch (reason) {
    case 'end_turn':
      return 'stop';
    case 'tool_use':
      return 'tool-calls';
    case 'max_tokens':
      return 'length';
    case 'refusal':
      return 'blocked';
    default:
      return `other: ${reason}`;
  }
}
