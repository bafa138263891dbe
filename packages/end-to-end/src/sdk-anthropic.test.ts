import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Script } from '@weir/testkit/simulators';
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
let client: Anthropic;
beforeAll(async () => {
  gateway = await startSimulatedGateway(OPERATOR_KEYS);
  client = new Anthropic({
    // The SDK appends `/v1/messages`.
    baseURL: `${gateway.origin}/client/v4/accounts/${gateway.account}/ai`,
    apiKey: gateway.token,
    maxRetries: 0,
  });
}, 60_000);
afterAll(() => gateway?.stop());

let prompts = 0;
function prompt(...scripts: readonly [Script, ...Script[]]) {
  const name = `anthropic-${prompts++}`;
  return { name, text: `Please. [${gateway.simulators.script(name, ...scripts)}]` };
}

const wireOf = (name: string) => gateway.simulators.exchanges(name).map(({ wire }) => wire);

describe.each([
  ['openai/gpt-4.1', /^openai-(?:chat|responses)$/],
  ['google/gemini-2.5-flash', /^gemini$/],
  ['aws-bedrock/amazon.nova-pro-v1:0', /^converse$/],
  ['cohere/command-a-03-2025', /^cohere$/],
  ['groq/qwen/qwen3-32b', /^openai-chat$/],
  ['mistral/mistral-small-latest', /^openai-chat$/],
])('messages at %s', (model, wire) => {
  const params = (text: string) => ({
    model,
    max_tokens: 500,
    messages: [{ role: 'user' as const, content: text }],
  });

  test('a whole answer', async () => {
    const { name, text } = prompt(GREETS);
    const message = await client.messages.create(params(text));
    expect(message.content).toMatchObject([{ type: 'text', text: GREETING }]);
    expect(message).toMatchObject({
      stop_reason: 'end_turn',
      usage: { input_tokens: 31, output_tokens: 12 },
    });
    expect(wireOf(name)).toEqual([expect.stringMatching(wire)]);
  });

  test('the stream helper puts the same answer together', async () => {
    const { text } = prompt(GREETS);
    const stream = client.messages.stream(params(text));
    const pieces: string[] = [];
    stream.on('text', (delta) => pieces.push(delta));
    expect(await stream.finalText()).toBe(GREETING);
    expect(pieces.length).toBeGreaterThan(1);
    expect((await stream.finalMessage()).usage).toMatchObject({ input_tokens: 31, output_tokens: 12 });
  });

  test('structured output parses', async () => {
    const { text } = prompt(COLOURS);
    const message = await client.messages.parse({
      ...params(text),
      output_config: { format: zodOutputFormat(z.object({ name: z.string(), red: z.number() })) },
    });
    expect(message.parsed_output).toEqual(COLOUR);
  });

  test.each([false, true])(
    'the tool runner calls both tools and gives their results back (stream: %s)',
    async (stream) => {
      const { text } = prompt(LOOKS_UP, REPORTS);
      const { cities, report } = weatherReport();
      const weather = betaZodTool({
        name: 'weather',
        description: 'The weather of a city',
        inputSchema: z.object({ city: z.string() }),
        run: ({ city }) => report(city),
      });
      const runner = client.beta.messages.toolRunner({ ...params(text), tools: [weather], stream });
      const final = await runner.runUntilDone();
      expect(final.content).toMatchObject([{ type: 'text', text: 'Clear in both.' }]);
      expect(cities).toEqual(['Zürich', '東京']);
    },
  );
});
