import OpenAI from 'openai';
import type {
  Response,
  ResponseCreateParamsNonStreaming,
  ResponseInputContent,
  ResponseInputItem,
  ResponseOutputItem,
} from 'openai/resources/responses/responses';
import type { Ask, AskPart, AskTurn } from '../ask.ts';
import type { Observed, ObservedFinish, Outcome } from '../observed.ts';
import { CALL_RESULT, type ConformanceClient, type Endpoint, SDK_OPTIONS } from './client.ts';
import { openaiError } from './openai-error.ts';

const connect = ({ baseUrl, apiKey, headers }: Endpoint) =>
  new OpenAI({ ...SDK_OPTIONS, baseURL: baseUrl, apiKey, defaultHeaders: headers });

/** `openai`, `responses`: its plain call, and its streaming helper that keeps a snapshot of the response. */
export const responsesClient: ConformanceClient = {
  name: 'openai-responses',
  title: 'OpenAI Responses',
  async ask(endpoint, ask, { model, mode }) {
    let partial = '';
    try {
      const { responses } = connect(endpoint);
      const params = write(ask, model);
      if (mode === 'whole') return outcome(await responses.create(params), partial);
      const stream = responses.stream(params);
      for await (const event of stream)
        if (event.type === 'response.output_text.delta') partial += event.delta;
      return outcome(await stream.finalResponse(), partial);
    } catch (error) {
      return openaiError(error, partial);
    }
  },
  async goOn(endpoint, ask, { model, mode }) {
    const { responses } = connect(endpoint);
    // Without it a provider keeps to itself what it wants to see again.
    const params = { ...write(ask, model), include: ['reasoning.encrypted_content' as const] };
    const answer = async (input: ResponseInputItem[]): Promise<Response> =>
      mode === 'whole'
        ? await responses.create({ ...params, input })
        : await responses.stream({ ...params, input }).finalResponse();
    try {
      const asked = ask.turns.flatMap(writeTurn);
      const { output } = await answer(asked);
      const results = output.flatMap((item) =>
        item.type === 'function_call'
          ? [{ type: 'function_call_output' as const, call_id: item.call_id, output: CALL_RESULT }]
          : [],
      );
      const given = output.flatMap(replayed);
      return outcome(await answer([...asked, ...given, ...results]), '');
    } catch (error) {
      return openaiError(error, '');
    }
  },
  async leave(endpoint, ask, model) {
    const stream = connect(endpoint).responses.stream(write(ask, model));
    let partial = '';
    try {
      for await (const event of stream) {
        if (event.type !== 'response.output_text.delta') continue;
        partial += event.delta;
        stream.abort();
      }
    } catch (error) {
      return { aborted: error instanceof OpenAI.APIUserAbortError, partial };
    }
    return { aborted: stream.aborted, partial };
  },
};

function write(ask: Ask, model: string): Omit<ResponseCreateParamsNonStreaming, 'stream'> {
  return {
    model,
    store: false,
    max_output_tokens: ask.maxTokens,
    input: ask.turns.flatMap(writeTurn),
    ...(ask.system === undefined ? {} : { instructions: ask.system }),
    ...(ask.tools
      ? {
          tools: ask.tools.map(({ name, description, schema }) => ({
            type: 'function' as const,
            name,
            description,
            parameters: { ...schema },
            strict: true,
          })),
        }
      : {}),
    ...(ask.toolChoice
      ? {
          tool_choice:
            ask.toolChoice.kind === 'tool'
              ? { type: 'function' as const, name: ask.toolChoice.name }
              : ('required' as const),
        }
      : {}),
    ...(ask.output
      ? {
          text: {
            format: {
              type: 'json_schema' as const,
              name: ask.output.name,
              schema: { ...ask.output.schema },
              strict: true,
            },
          },
        }
      : {}),
    ...(ask.thinks ? { reasoning: { effort: 'high' as const, summary: 'auto' as const } } : {}),
  };
}

function writeTurn(turn: AskTurn): ResponseInputItem[] {
  if (turn.role === 'assistant')
    return [
      ...(turn.text === undefined ? [] : [{ role: 'assistant' as const, content: turn.text }]),
      ...(turn.calls ?? []).map(({ id, name, input }) => ({
        type: 'function_call' as const,
        call_id: id,
        name,
        arguments: JSON.stringify(input),
      })),
    ];
  const content = turn.parts.flatMap(writePart);
  return [
    ...turn.parts.flatMap((part) =>
      part.kind === 'result'
        ? [{ type: 'function_call_output' as const, call_id: part.id, output: part.text }]
        : [],
    ),
    ...(content.length === 0 ? [] : [{ role: 'user' as const, content }]),
  ];
}

function writePart(part: AskPart): ResponseInputContent[] {
  switch (part.kind) {
    case 'text':
      return [{ type: 'input_text', text: part.text }];
    case 'image':
      return [
        {
          type: 'input_image',
          detail: 'auto',
          image_url: `data:${part.mediaType};base64,${part.base64}`,
        },
      ];
    case 'result':
      return [];
  }
}

/** An item of an answer as input; what the streaming helper itself added to it is not the provider's. */
function replayed(item: ResponseOutputItem): ResponseInputItem[] {
  if (item.type === 'reasoning' || item.type === 'message') return [item];
  if (item.type !== 'function_call') return [];
  const { id, call_id, name, arguments: input, type } = item;
  return [{ type, call_id, name, arguments: input, ...(id === undefined ? {} : { id }) }];
}

/** A stream may end well for the SDK with a response that failed. */
function outcome(response: Response, partial: string): Outcome {
  if (response.status !== 'failed') return { kind: 'answer', observed: observe(response) };
  const { code = null, message = 'failed without a reason' } = response.error ?? {};
  return { kind: 'error', status: null, type: code, message, partial };
}

function observe(response: Response): Observed {
  const content = response.output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const calls = response.output.flatMap((item) =>
    item.type === 'function_call' ? [{ id: item.call_id, name: item.name, input: item.arguments }] : [],
  );
  const { usage } = response;
  return {
    text: content.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    reasoning: response.output
      .flatMap((item) =>
        item.type === 'reasoning' ? [...item.summary, ...(item.content ?? [])].map(({ text }) => text) : [],
      )
      .join(''),
    refusal: content.map((part) => (part.type === 'refusal' ? part.refusal : '')).join(''),
    calls,
    finish: finish(response, calls.length > 0),
    usage: usage
      ? {
          input: usage.input_tokens,
          cached: usage.input_tokens_details.cached_tokens,
          output: usage.output_tokens,
          reasoning: usage.output_tokens_details.reasoning_tokens,
        }
      : null,
  };
}

function finish({ status, incomplete_details }: Response, hasCalls: boolean): ObservedFinish {
  if (status === 'completed') return hasCalls ? 'tool-calls' : 'stop';
  if (incomplete_details?.reason === 'max_output_tokens') return 'length';
  if (incomplete_details?.reason === 'content_filter') return 'blocked';
  return `other: ${status}`;
}
