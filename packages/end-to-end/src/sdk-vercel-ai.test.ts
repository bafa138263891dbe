import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Script } from '@weir/testkit/simulators';
import { generateText, isStepCount, type LanguageModel, Output, streamText, tool } from 'ai';
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
beforeAll(async () => {
  gateway = await startSimulatedGateway(OPERATOR_KEYS);
}, 60_000);
afterAll(() => gateway?.stop());

let prompts = 0;
function prompt(...scripts: readonly [Script, ...Script[]]) {
  return `Please. [${gateway.simulators.script(`ai-${prompts++}`, ...scripts)}]`;
}

const connection = () => ({
  baseURL: `${gateway.origin}/client/v4/accounts/${gateway.account}/ai/v1`,
  apiKey: gateway.token,
});
const providers: Readonly<Record<string, (model: string) => LanguageModel>> = {
  'openai chat': (model) => createOpenAI(connection()).chat(model),
  'openai responses': (model) => createOpenAI(connection()).responses(model),
  anthropic: (model) => createAnthropic(connection())(model),
};

describe.each([
  ['openai chat', 'anthropic/claude-sonnet-4-6'],
  ['openai chat', 'google/gemini-2.5-flash'],
  ['openai chat', 'aws-bedrock/amazon.nova-pro-v1:0'],
  ['openai chat', 'cohere/command-a-03-2025'],
  ['openai responses', 'anthropic/claude-sonnet-4-6'],
  ['openai responses', 'google/gemini-2.5-flash'],
  ['openai responses', 'aws-bedrock/amazon.nova-pro-v1:0'],
  ['openai responses', 'groq/qwen/qwen3-32b'],
  ['anthropic', 'openai/gpt-4.1'],
  ['anthropic', 'google/gemini-2.5-flash'],
  ['anthropic', 'cohere/command-a-03-2025'],
  ['anthropic', 'mistral/mistral-small-latest'],
])('%s at %s', (provider, name) => {
  const model = () => providers[provider]?.(name) ?? name;

  test('generateText', async () => {
    const { text, usage, finishReason } = await generateText({
      model: model(),
      prompt: prompt(GREETS),
      maxRetries: 0,
    });
    expect({ text, finishReason }).toEqual({ text: GREETING, finishReason: 'stop' });
    expect(usage).toMatchObject({ inputTokens: 31, outputTokens: 12 });
  });

  test('streamText', async () => {
    const answer = streamText({ model: model(), prompt: prompt(GREETS), maxRetries: 0 });
    let text = '';
    for await (const piece of answer.textStream) text += piece;
    expect(text).toBe(GREETING);
    expect(await answer.usage).toMatchObject({ inputTokens: 31, outputTokens: 12 });
  });

  test('an object of a schema', async () => {
    const { output } = await generateText({
      model: model(),
      prompt: prompt(COLOURS),
      output: Output.object({ schema: z.object({ name: z.string(), red: z.number() }) }),
      maxRetries: 0,
    });
    expect(output).toEqual(COLOUR);
  });

  test('tools are called in a streamed step and answered in the next', async () => {
    const { cities, report } = weatherReport();
    const answer = streamText({
      model: model(),
      prompt: prompt(LOOKS_UP, REPORTS),
      tools: {
        weather: tool({
          description: 'The weather of a city',
          inputSchema: z.object({ city: z.string() }),
          execute: async ({ city }) => report(city),
        }),
      },
      stopWhen: isStepCount(3),
      maxRetries: 0,
    });
    await answer.consumeStream();
    expect(await answer.text).toBe('Clear in both.');
    expect(cities).toEqual(['Zürich', '東京']);
  });
});
