import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDemoProvider } from './demo-provider.ts';

let demo: Awaited<ReturnType<typeof startDemoProvider>>;

beforeAll(async () => {
  demo = await startDemoProvider();
});

afterAll(async () => {
  await demo.stop();
});

const chat = async (request: object) => {
  const response = await fetch(`${demo.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer any' },
    body: JSON.stringify(request),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
};

test.each(['any-model', 'gpt-9', 'a/b:c'])(
  'answers for %s, under its name, and says that it is simulated',
  async (model) => {
    const { status, answer } = await chat({ model, messages: [{ role: 'user', content: 'Hello' }] });
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model,
      choices: [
        {
          finish_reason: 'stop',
          message: {
            role: 'assistant',
            content: expect.stringMatching(/^This is a simulated answer.*: Hello$/),
          },
        },
      ],
      usage: { total_tokens: expect.any(Number) },
    });
  },
);

test('answers a request without a user’s text', async () => {
  const { status } = await chat({ model: 'm', messages: [{ role: 'system', content: 'x' }] });
  expect(status).toBe(200);
});

test('lists a model', async () => {
  const response = await fetch(`${demo.baseUrl}/models`);
  expect(await response.json()).toMatchObject({
    object: 'list',
    data: [{ id: 'any-model', object: 'model' }],
  });
});
