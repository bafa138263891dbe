import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Script } from '@weir/testkit/simulators';
import OpenAI from 'openai';
import { zodFunction, zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import * as z from 'zod';
import { type SimulatedGateway, startSimulatedGateway } from './__fixtures__/conformance-gateway.ts';
import {
  COLOUR,
  COLOURS,
  GREETING,
  GREETS,
  LOOKS_UP,
  OPERATOR_KEYS,
  REPORTS,
  weatherReport,
} from './__fixtures__/scripts.ts';

let gateway: SimulatedGateway;
let client: OpenAI;
beforeAll(async () => {
  gateway = await startSimulatedGateway(OPERATOR_KEYS);
  client = new OpenAI({
    baseURL: `${gateway.origin}/client/v4/accounts/${gateway.account}/ai/v1`,
    apiKey: gateway.token,
    maxRetries: 0,
  });
}, 60_000);
afterAll(() => gateway?.stop());

let prompts = 0;
/** A prompt to which the provider answers with the scripts, one after another. */
function prompt(...scripts: readonly [Script, ...Script[]]) {
  const name = `openai-${prompts++}`;
  return { name, text: `Please. [${gateway.simulators.script(name, ...scripts)}]` };
}

const wireOf = (name: string) => gateway.simulators.exchanges(name).map(({ wire }) => wire);

const Colour = z.object({ name: z.string(), red: z.number() });

describe.each([
  ['anthropic/claude-sonnet-4-6', 'anthropic-messages'],
  ['google/gemini-2.5-flash', 'gemini'],
  ['aws-bedrock/amazon.nova-pro-v1:0', 'converse'],
  ['cohere/command-a-03-2025', 'cohere'],
])('chat completions at %s', (model, wire) => {
  test('a whole answer', async () => {
    const { name, text } = prompt(GREETS);
    const answer = await client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: text }],
    });
    expect(answer.choices[0]?.message.content).toBe(GREETING);
    expect(answer.usage).toMatchObject({ prompt_tokens: 31, completion_tokens: 12, total_tokens: 43 });
    expect(wireOf(name)).toEqual([wire]);
  });

  test('the streaming helper puts the same answer together', async () => {
    const { text } = prompt(GREETS);
    const stream = client.chat.completions.stream({ model, messages: [{ role: 'user', content: text }] });
    const pieces: string[] = [];
    stream.on('content', (delta) => pieces.push(delta));
    expect(await stream.finalContent()).toBe(GREETING);
    expect(pieces.length).toBeGreaterThan(1);
  });

  test('structured output parses', async () => {
    const { text } = prompt(COLOURS);
    const answer = await client.chat.completions.parse({
      model,
      messages: [{ role: 'user', content: text }],
      response_format: zodResponseFormat(Colour, 'colour'),
    });
    expect(answer.choices[0]?.message.parsed).toEqual(COLOUR);
    expect(answer.choices[0]?.finish_reason).toBe('stop');
  });

  test.each([false, true])(
    'the tool runner calls both tools and gives their results back (stream: %s)',
    async (stream) => {
      const { name, text } = prompt(LOOKS_UP, REPORTS);
      const { cities, report } = weatherReport();
      const weather = zodFunction({
        name: 'weather',
        parameters: z.object({ city: z.string() }),
        function: ({ city }) => report(city),
      });
      const params = { model, messages: [{ role: 'user' as const, content: text }], tools: [weather] };
      const runner = stream
        ? client.chat.completions.runTools({ ...params, stream: true })
        : client.chat.completions.runTools(params);
      expect(await runner.finalContent()).toBe('Clear in both.');
      expect(cities).toEqual(['Zürich', '東京']);
      const results = gateway.simulators
        .exchanges(name)
        .at(-1)
        ?.heard?.turns.flatMap(({ parts }) =>
          parts.flatMap((part) => (part.kind === 'result' ? part.text : [])),
        );
      expect(results).toEqual(['clear in Zürich', 'clear in 東京']);
    },
  );
});

describe.each([
  ['anthropic/claude-sonnet-4-6', 'anthropic-messages'],
  ['google/gemini-2.5-flash', 'gemini'],
  ['aws-bedrock/amazon.nova-pro-v1:0', 'converse'],
  ['cohere/command-a-03-2025', 'cohere'],
  ['groq/qwen/qwen3-32b', 'openai-chat'],
  ['mistral/mistral-small-latest', 'openai-chat'],
])('responses at %s', (model, wire) => {
  test('a whole answer', async () => {
    const { name, text } = prompt(GREETS);
    const answer = await client.responses.create({ model, input: text });
    expect(answer.output_text).toBe(GREETING);
    expect(answer.usage).toMatchObject({ input_tokens: 31, output_tokens: 12, total_tokens: 43 });
    expect(wireOf(name)).toEqual([wire]);
  });

  test('the streaming helper puts the same answer together, its events numbered without a gap', async () => {
    const { text } = prompt(GREETS);
    const stream = client.responses.stream({ model, input: text });
    const numbers: number[] = [];
    for await (const event of stream) numbers.push(event.sequence_number);
    expect((await stream.finalResponse()).output_text).toBe(GREETING);
    expect(numbers).toEqual(numbers.map((_, index) => index));
  });

  test('structured output parses', async () => {
    const { text } = prompt(COLOURS);
    const answer = await client.responses.parse({
      model,
      input: text,
      text: { format: zodTextFormat(Colour, 'colour') },
    });
    expect(answer.output_parsed).toEqual(COLOUR);
  });

  test('calls come whole, and their outputs go back with the calls', async () => {
    const { text } = prompt(LOOKS_UP, REPORTS);
    const tools = [
      {
        type: 'function' as const,
        name: 'weather',
        parameters: { ...z.toJSONSchema(z.object({ city: z.string() })) },
        strict: true,
      },
    ];
    const first = await client.responses.stream({ model, input: text, tools }).finalResponse();
    const calls = first.output.filter((item) => item.type === 'function_call');
    const outputs = calls.map((item) => ({
      type: 'function_call_output' as const,
      call_id: item.call_id,
      output: `clear in ${JSON.parse(item.arguments).city}`,
    }));
    expect(outputs.map(({ output }) => output)).toEqual(['clear in Zürich', 'clear in 東京']);
    const second = await client.responses.create({
      model,
      tools,
      input: [{ role: 'user', content: text }, ...calls, ...outputs],
    });
    expect(second.output_text).toBe('Clear in both.');
  });
});
