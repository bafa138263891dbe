import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isFault } from '../../../form/fault.ts';
import { type Json, listAt } from '../../../form/json.ts';
import { conversations } from '../../__fixtures__/arbitrary-requests.ts';
import { targetOf } from '../../__fixtures__/exchange.ts';
import { gemini } from './index.ts';

const having = (content: Json, member: string) =>
  (listAt(content, 'parts') as readonly Json[]).flatMap((part) => (member in part ? [part] : []));
const namesOf = (content: Json, member: string) =>
  having(content, member).map((part) => (part[member] as Json).name);

test.each(['gemini-2.5-flash', 'gemini-3-pro-preview', 'gemma-3-27b-it'])(
  'whatever the conversation, %s gets strict turns with a response to each call, or the caller a fault',
  (model) => {
    fc.assert(
      fc.property(conversations, (request) => {
        const result = gemini.encodeRequest(request, targetOf('google-ai-studio', model));
        if (isFault(result)) return;
        const contents = result.body.contents as readonly Json[];
        expect(contents.length).toBeGreaterThan(0);
        for (const [index, content] of contents.entries()) {
          expect(content.parts).not.toEqual([]);
          if (index > 0) expect(content.role).not.toBe(contents[index - 1]?.role);
          if (content.role !== 'model') continue;
          const calls = namesOf(content, 'functionCall');
          const next = contents[index + 1];
          if (calls.length > 0) expect(next && namesOf(next, 'functionResponse')).toEqual(calls);
          const [first] = having(content, 'functionCall');
          if (first && model.startsWith('gemini-3')) expect(first).toHaveProperty('thoughtSignature');
        }
        expect(JSON.stringify(contents)).not.toMatch(/"A"|server_tool_use/);
      }),
    );
  },
);
