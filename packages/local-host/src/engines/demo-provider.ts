import { LLMock } from '@copilotkit/aimock';

/**
 * The provider behind `demo/<any model>`: OpenAI chat completions, streaming or not, without a key. Every answer says
 * that it is simulated, so that nobody takes it for a model's.
 */
export async function startDemoProvider(): Promise<{ readonly baseUrl: string; stop(): Promise<void> }> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: 24, latency: 0, journalMaxEntries: 1 });
  mock.on({ endpoint: 'chat' }, ({ model, messages }) => ({
    content:
      `This is a simulated answer from the demo provider; no model was called. You asked "${model}": ` +
      `${excerpt(lastUserText(messages))}`,
  }));
  const url = await mock.start();
  return { baseUrl: `${url}/v1`, stop: () => mock.stop() };
}

function lastUserText(messages: ReadonlyArray<{ role: string; content?: unknown }>): string {
  const content = messages.findLast(({ role }) => role === 'user')?.content;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (typeof part?.text === 'string' ? part.text : '')).join(' ');
}

function excerpt(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
