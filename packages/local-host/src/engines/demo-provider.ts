import { LLMock } from '@copilotkit/aimock';

/** `GET …/models` lists it; any other name answers as well. */
const LISTED_MODEL = 'any-model';

interface Chat {
  readonly model: string;
  readonly messages: ReadonlyArray<{ readonly role: string; readonly content?: unknown }>;
}

/**
 * The provider behind `demo/<any model>`: OpenAI chat completions, streaming or not, without a key. Every answer says
 * that it is simulated, so that nobody takes it for a model's.
 */
export async function startDemoProvider(): Promise<{ readonly baseUrl: string; stop(): Promise<void> }> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: 24, latency: 0, journalMaxEntries: 1 });
  // The list of models names those that a fixture names; the second fixture answers for every other one.
  mock.on({ endpoint: 'chat', model: LISTED_MODEL }, simulatedAnswer);
  mock.on({ endpoint: 'chat' }, simulatedAnswer);
  const url = await mock.start();
  return { baseUrl: `${url}/v1`, stop: () => mock.stop() };
}

function simulatedAnswer({ model, messages }: Chat) {
  const opening = 'This is a simulated answer from the demo provider; no model was called.';
  return { content: `${opening} You asked "${model}": ${excerpt(lastUserText(messages))}` };
}

function lastUserText(messages: Chat['messages']): string {
  const content = messages.findLast(({ role }) => role === 'user')?.content;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (typeof part?.text === 'string' ? part.text : '')).join(' ');
}

function excerpt(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
