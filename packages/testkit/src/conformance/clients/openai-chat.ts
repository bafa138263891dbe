import OpenAI from 'openai';
import type {
  ChatCompletion,
  ChatCompletionContentPart,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { Ask, AskPart, AskTurn } from '../ask.ts';
import type { Observed, ObservedFinish } from '../observed.ts';
import {
  type AskOptions,
  CALL_RESULT,
  type ConformanceClient,
  type Endpoint,
  SDK_OPTIONS,
} from './client.ts';
import { openaiError } from './openai-error.ts';

const connect = ({ baseUrl, apiKey, headers }: Endpoint) =>
  new OpenAI({ ...SDK_OPTIONS, baseURL: baseUrl, apiKey, defaultHeaders: headers });

/** `openai`, `chat.completions`: its plain call, and its streaming helper that puts chunks together. */
export const chatClient: ConformanceClient = {
  name: 'openai-chat',
  title: 'OpenAI Chat Completions',
  async ask(endpoint, ask, options) {
    const progress = { text: '', reasoning: '' };
    try {
      const { completions } = connect(endpoint).chat;
      const params = write(ask, options);
      if (options.mode === 'whole')
        return { kind: 'answer', observed: observe(await completions.create(params), null) };
      const stream = completions.stream({
        ...params,
        ...(options.includeUsage ? { stream_options: { include_usage: true } } : {}),
      });
      for await (const chunk of stream) {
        const delta: Delta = chunk.choices[0]?.delta ?? {};
        progress.text += typeof delta.content === 'string' ? delta.content : '';
        progress.reasoning += delta.reasoning_content ?? delta.reasoning ?? '';
      }
      return { kind: 'answer', observed: observe(await stream.finalChatCompletion(), progress.reasoning) };
    } catch (error) {
      return openaiError(error, progress.text);
    }
  },
  async goOn(endpoint, ask, options) {
    const { completions } = connect(endpoint).chat;
    const params = write(ask, options);
    const answer = (messages: ChatCompletionMessageParam[]) =>
      options.mode === 'whole'
        ? completions.create({ ...params, messages })
        : completions.stream({ ...params, messages }).finalChatCompletion();
    try {
      const { messages } = params;
      const [choice] = (await answer(messages)).choices;
      if (!choice) throw new Error('no choice');
      const results = (choice.message.tool_calls ?? []).map(({ id }) => ({
        role: 'tool' as const,
        tool_call_id: id,
        content: CALL_RESULT,
      }));
      const second = await answer([...messages, choice.message, ...results]);
      return { kind: 'answer', observed: observe(second, null) };
    } catch (error) {
      return openaiError(error, '');
    }
  },
  async leave(endpoint, ask, model) {
    const stream = connect(endpoint).chat.completions.stream(
      write(ask, { model, mode: 'stream', includeUsage: false }),
    );
    let partial = '';
    try {
      for await (const chunk of stream) {
        partial += chunk.choices[0]?.delta?.content ?? '';
        if (partial !== '') stream.abort();
      }
    } catch (error) {
      return { aborted: error instanceof OpenAI.APIUserAbortError, partial };
    }
    return { aborted: stream.aborted, partial };
  },
};

/** What providers add and the SDK passes on untyped. */
interface Delta {
  readonly content?: unknown;
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
}

function write(ask: Ask, { model }: AskOptions): Omit<ChatCompletionCreateParamsNonStreaming, 'stream'> {
  return {
    model,
    max_tokens: ask.maxTokens,
    messages: [
      ...(ask.system === undefined ? [] : [{ role: 'system' as const, content: ask.system }]),
      ...ask.turns.flatMap(writeTurn),
    ],
    ...(ask.tools
      ? {
          tools: ask.tools.map(({ name, description, schema }) => ({
            type: 'function' as const,
            function: { name, description, parameters: { ...schema } },
          })),
        }
      : {}),
    ...(ask.toolChoice
      ? {
          tool_choice:
            ask.toolChoice.kind === 'tool'
              ? { type: 'function' as const, function: { name: ask.toolChoice.name } }
              : ('required' as const),
        }
      : {}),
    ...(ask.output
      ? {
          response_format: {
            type: 'json_schema' as const,
            json_schema: { name: ask.output.name, schema: { ...ask.output.schema }, strict: true },
          },
        }
      : {}),
    ...(ask.thinks ? { reasoning_effort: 'high' as const } : {}),
  };
}

function writeTurn(turn: AskTurn): ChatCompletionMessageParam[] {
  if (turn.role === 'assistant')
    return [
      {
        role: 'assistant',
        content: turn.text ?? null,
        ...(turn.calls
          ? {
              tool_calls: turn.calls.map(({ id, name, input }) => ({
                id,
                type: 'function' as const,
                function: { name, arguments: JSON.stringify(input) },
              })),
            }
          : {}),
      },
    ];
  const results = turn.parts.flatMap((part) => (part.kind === 'result' ? part : []));
  const others = turn.parts.flatMap((part) => writePart(part));
  const [only] = turn.parts;
  return [
    ...results.map(({ id, text }) => ({ role: 'tool' as const, tool_call_id: id, content: text })),
    ...(others.length === 0
      ? []
      : [
          {
            role: 'user' as const,
            content: turn.parts.length === 1 && only?.kind === 'text' ? only.text : others,
          },
        ]),
  ];
}

function writePart(part: AskPart): ChatCompletionContentPart[] {
  switch (part.kind) {
    case 'text':
      return [{ type: 'text', text: part.text }];
    case 'image':
      return [{ type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${part.base64}` } }];
    case 'result':
      return [];
  }
}

function observe(completion: ChatCompletion, streamedReasoning: string | null): Observed {
  const [choice] = completion.choices;
  const message = choice?.message;
  const told: Delta = { ...message };
  const { usage } = completion;
  return {
    text:
      typeof message?.content === 'string'
        ? message.content
        : message?.content
          ? JSON.stringify(message.content)
          : '',
    reasoning: streamedReasoning ?? told.reasoning_content ?? told.reasoning ?? '',
    refusal: message?.refusal ?? '',
    calls: (message?.tool_calls ?? []).flatMap((call) =>
      'function' in call ? [{ id: call.id, name: call.function.name, input: call.function.arguments }] : [],
    ),
    finish: finish(choice?.finish_reason ?? 'none'),
    usage: usage
      ? {
          input: usage.prompt_tokens,
          cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
          output: usage.completion_tokens,
          reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
        }
      : null,
  };
}

function finish(reason: string): ObservedFinish {
  switch (reason) {
    case 'stop':
    case 'length':
      return reason;
    case 'tool_calls':
      return 'tool-calls';
    case 'content_filter':
      return 'blocked';
    default:
      return `other: ${reason}`;
  }
}
