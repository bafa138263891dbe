import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Script } from '@weir/testkit/simulators';
import { generateText, streamText } from 'ai';
import { createAiGateway } from 'ai-gateway-provider';
import { type SimulatedGateway, startSimulatedGateway } from './__fixtures__/conformance-gateway.ts';
import { GREETING, GREETS } from './__fixtures__/scripts.ts';

/** Written into the package; everything else of it stays as it is published. */
const VENDOR = 'https://gateway.ai.cloudflare.com';
const original = globalThis.fetch;

let gateway: SimulatedGateway;
const answers: Response[] = [];
beforeAll(async () => {
  gateway = await startSimulatedGateway();
  globalThis.fetch = async (url, init) => {
    const answer = await original(String(url).replace(VENDOR, gateway.origin), init);
    answers.push(answer);
    return answer;
  };
}, 60_000);
afterEach(() => void answers.splice(0));
afterAll(async () => {
  globalThis.fetch = original;
  await gateway?.stop();
});

const FAILS: Script = { ...GREETS, failure: { at: 'start', problem: { kind: 'server', message: 'down' } } };
let prompts = 0;
const prompt = (...scripts: readonly [Script, ...Script[]]) =>
  `Please. [${gateway.simulators.script(`agp-${prompts++}`, ...scripts)}]`;
const openai = createOpenAI({ apiKey: 'sk-openai' }).chat('gpt-4.1');
const anthropic = createAnthropic({ apiKey: 'sk-anthropic' })('claude-sonnet-4-6');
const connect = (options: { readonly gateway?: string; readonly apiKey?: string } = {}) =>
  createAiGateway({ accountId: gateway.account, gateway: 'default', apiKey: gateway.token, ...options });

describe('ai-gateway-provider, as it is published', () => {
  test('answers from the first model', async () => {
    const { text } = await generateText({ model: connect()([openai, anthropic]), prompt: prompt(GREETS) });
    expect([text, answers[0]?.headers.get('cf-aig-step')]).toEqual([GREETING, '0']);
  });

  test('falls back to the second when the first fails, and reads its answer as that provider’s', async () => {
    const { text } = await generateText({
      model: connect()([openai, anthropic]),
      prompt: prompt(FAILS, GREETS),
      maxRetries: 0,
    });
    expect([text, answers[0]?.headers.get('cf-aig-step')]).toEqual([GREETING, '1']);
  });

  test('streams', async () => {
    const { textStream } = streamText({
      model: connect()([openai, anthropic]),
      prompt: prompt(FAILS, GREETS),
      maxRetries: 0,
    });
    let text = '';
    for await (const piece of textStream) text += piece;
    expect([text, answers[0]?.headers.get('cf-aig-step')]).toEqual([GREETING, '1']);
  });

  test('knows a gateway that does not exist, and a token that is missing (spec 1.6-11)', async () => {
    const model = (options: object) => connect(options)([openai]);
    const ask = (options: object) =>
      generateText({ model: model(options), prompt: prompt(GREETS), maxRetries: 0 });
    await expect(ask({ gateway: 'nowhere' })).rejects.toThrow('does not exist');
    await expect(ask({ apiKey: 'wrong' })).rejects.toThrow('authentication');
  });
});
