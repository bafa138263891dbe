import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GEMINI_SIGNATURE, type Script } from '@weir/testkit/simulators';
import { type SimulatedGateway, startSimulatedGateway } from './__fixtures__/conformance-gateway.ts';
import { GREETS, OPERATOR_KEYS } from './__fixtures__/scripts.ts';

const PROOF = 'cHJvb2Ygb2YgdGhlIGZpcnN0';
/** Thinks and calls: some providers sign their thoughts, others their calls. */
const THINKS: Script = {
  ...GREETS,
  steps: [
    { kind: 'reasoning', pieces: ['hm, ', 'yes'], proof: PROOF },
    {
      kind: 'calls',
      interleaved: false,
      calls: [{ id: 'Oslo00001', name: 'weather', pieces: ['{"city":"Oslo"}'] }],
    },
  ],
};
const WEATHER = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

const MORE_KEYS = Object.fromEntries(
  ['XAI', 'OPENROUTER', 'DEEPSEEK'].map((name) => [`${name}_API_KEY`, 'sk-operator']),
);

let gateway: SimulatedGateway;
beforeAll(async () => {
  gateway = await startSimulatedGateway({ ...OPERATOR_KEYS, ...MORE_KEYS });
}, 60_000);
afterAll(() => gateway?.stop());

interface Json {
  readonly [key: string]: unknown;
}
interface Client {
  readonly path: string;
  body(turns: readonly unknown[]): Json;
  /** What the client sends back of an answer, and what its tool says. */
  turnsOf(answer: Json): readonly unknown[];
}
const CLIENTS: Readonly<Record<string, Client>> = {
  chat: {
    path: 'chat/completions',
    body: (messages) => ({
      messages,
      reasoning_effort: 'low',
      tools: [{ type: 'function', function: { name: 'weather', parameters: WEATHER } }],
    }),
    turnsOf({ choices }) {
      const [{ message }] = choices as [{ message: { tool_calls?: { id: string }[] } }];
      const results = (message.tool_calls ?? []).map(({ id }) => ({
        role: 'tool',
        tool_call_id: id,
        content: 'clear',
      }));
      return [message, ...results];
    },
  },
  responses: {
    path: 'responses',
    body: (input) => ({
      input,
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      store: false,
      tools: [{ type: 'function', name: 'weather', parameters: WEATHER, strict: false }],
    }),
    turnsOf({ output }) {
      const items = output as { type: string; call_id?: string }[];
      const results = items
        .filter(({ type }) => type === 'function_call')
        .map(({ call_id }) => ({ type: 'function_call_output', call_id, output: 'clear' }));
      return [...items, ...results];
    },
  },
  messages: {
    path: 'messages',
    body: (messages) => ({
      messages,
      max_tokens: 4_000,
      thinking: { type: 'enabled', budget_tokens: 1_024 },
      tools: [{ name: 'weather', input_schema: WEATHER }],
    }),
    turnsOf({ content }) {
      const calls = (content as { type: string; id?: string }[]).filter(({ type }) => type === 'tool_use');
      const results = calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'clear' }));
      return [
        { role: 'assistant', content },
        { role: 'user', content: results },
      ];
    },
  },
};

let conversations = 0;
/** Two turns, each with its own model, and what the second one's provider was asked. */
async function converse(client: Client, first: string, second: string) {
  const name = `changes-${conversations++}`;
  const question = { role: 'user', content: `Please. [${gateway.simulators.script(name, THINKS, GREETS)}]` };
  const ask = async (model: string, turns: readonly unknown[]) => {
    const answer = await fetch(
      `${gateway.origin}/client/v4/accounts/${gateway.account}/ai/v1/${client.path}`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${gateway.token}`,
          'content-type': 'application/json',
          'anthropic-version': '2023-06-01',
        },
        body: JSON.stringify({ model, ...client.body(turns) }),
      },
    );
    const body = (await answer.json()) as Json;
    if (!answer.ok) throw new Error(`${model}: ${answer.status} ${JSON.stringify(body)}`);
    return client.turnsOf(body);
  };
  const turns = [question, ...(await ask(first, [question]))];
  await ask(second, turns);
  const last = gateway.simulators.exchanges(name).at(-1);
  return { held: JSON.stringify(turns), refused: last?.refused, sent: JSON.stringify(last?.body) };
}

const CLAUDE = 'anthropic/claude-sonnet-4-5';
const ON_BEDROCK = 'aws-bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0';
const GEMINI = 'google/gemini-3-pro-preview';

describe.each(Object.entries(CLIENTS))('a conversation of a %s client', (name, client) => {
  test.each([
    [CLAUDE, 'openai/gpt-5'],
    [CLAUDE, GEMINI],
    [CLAUDE, 'grok/grok-4'],
    [CLAUDE, 'openrouter/openai/gpt-5'],
    [CLAUDE, 'groq/openai/gpt-oss-20b'],
    [ON_BEDROCK, 'deepseek/deepseek-chat'],
    [GEMINI, 'openai/gpt-5'],
    [GEMINI, CLAUDE],
    [GEMINI, ON_BEDROCK],
  ])('that %s began goes on with %s, which sees no proof of the other', async (first, second) => {
    const { held, refused, sent } = await converse(client, first, second);
    expect([PROOF, GEMINI_SIGNATURE, 'weir1.'].some((proof) => held.includes(proof))).toBe(true);
    expect(refused).toBeNull();
    for (const foreign of [PROOF, GEMINI_SIGNATURE, 'weir:', 'weir1.', 'reasoning_details'])
      expect(sent).not.toContain(foreign);
  });

  test.each([
    [CLAUDE, ON_BEDROCK],
    [ON_BEDROCK, CLAUDE],
    [CLAUDE, CLAUDE],
  ])('that %s began keeps its proof with %s, which is of the same family', async (first, second) => {
    const { held, refused, sent } = await converse(client, first, second);
    expect(name === 'responses' || held.includes(PROOF)).toBe(true);
    expect(refused).toBeNull();
    expect(sent).toContain(PROOF);
  });
});
