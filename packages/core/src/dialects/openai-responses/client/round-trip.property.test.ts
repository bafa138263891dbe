import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import OpenAI from 'openai';
import { anyAnswer } from '../../../form/__fixtures__/answers.ts';
import type { AssistantBlock } from '../../../form/blocks.ts';
import { isFault } from '../../../form/fault.ts';
import { child, isJson, type Json, listAt } from '../../../form/json.ts';
import { unfoldResponse } from '../../../form/unfold-response.ts';
import { answerContext, written, writtenText } from '../__fixtures__/answers.ts';
import { openaiResponsesClient } from './index.ts';

test('whatever a model answers, OpenAI’s own client puts together what the last event tells', async () => {
  let text = '';
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(text);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  const { port } = server.address() as AddressInfo;
  const client = new OpenAI({ apiKey: 'k', baseURL: `http://127.0.0.1:${port}`, maxRetries: 0 });
  try {
    await fc.assert(
      fc.asyncProperty(anyAnswer, async (answer) => {
        const events = unfoldResponse(answer);
        text = writtenText(events);
        const heard: unknown[] = [];
        const stream = client.responses.stream({ model: 'm', input: 'Hi' });
        // The items as their own events made them, before the last event repeats them.
        stream.on('response.output_item.done', ({ item }) => heard.push(item));
        const read = await stream.finalResponse();
        const told = child(written(events).at(-1) ?? null, 'response');
        expect(heard).toEqual(listAt(told, 'output'));
        expect(read.status).toBe(told?.status);
        expect(read.usage ?? null).toEqual(told?.usage);
      }),
      { numRuns: 60 },
    );
  } finally {
    await new Promise<void>((closed) => server.close(() => closed()));
  }
});

test('what a client sends back of an answer is what the model said, with its proofs', () => {
  fc.assert(
    fc.property(anyAnswer, (answer) => {
      const { output } = openaiResponsesClient.encodeResponse(answer, answerContext());
      const input = [{ role: 'user', content: 'Hi' }, ...(output as Json[])];
      const request = openaiResponsesClient.decodeRequest({ model: 'm', input });
      if (isFault(request)) throw new Error(`${request.path.join('.')}: ${request.message}`);
      const back = request.messages.flatMap(({ role, content }) => (role === 'assistant' ? content : []));
      expect(remembered(back)).toEqual(remembered(answer.blocks));
    }),
    { numRuns: 300 },
  );
});

/** What of a turn has to come back: calls, thoughts and their proofs, in order. */
function remembered(blocks: readonly AssistantBlock[]): unknown[] {
  return blocks.flatMap((block): unknown[] => {
    if (block.kind === 'tool-call') {
      const { id, name, proof, custom = false } = block;
      return [{ id, name, arguments: block.arguments, custom, proof: proofOf(proof) }];
    }
    if (block.kind === 'reasoning' && (block.text !== '' || block.proof))
      return [{ text: block.text, proof: proofOf(block.proof) }];
    return [];
  });
}

/** What OpenAI encrypted lies in the open, and gets the id of its item. */
function proofOf(proof: unknown): unknown {
  if (!isJson(proof)) return null;
  const { id: _, ...rest } = proof;
  return rest;
}
