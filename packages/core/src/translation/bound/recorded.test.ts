import { describe, expect, it } from '@jest/globals';
import { type BoundFormat, mayHoldForeign } from '../../form/bound-markers.ts';
import { isFault } from '../../form/fault.ts';
import { hasRecorded, recordedBody } from '../../providers/__fixtures__/recorded.ts';
import { unbind } from './unbind.ts';

const answer = (file: string) => JSON.parse(recordedBody(file).toString());
const user = { role: 'user', content: 'Go on.' };

/** What goes on to another provider when a recorded answer comes back as history. */
function goesOn(format: BoundFormat, slug: string, body: object) {
  const bytes = Buffer.from(JSON.stringify(body));
  const found = unbind({ format, provider: { slug, name: slug }, model: 'm', body: bytes, isSecond: false });
  if (isFault(found)) throw new Error(found.message);
  expect(mayHoldForeign(format, { slug, model: 'm', passes: true }, bytes)).toBe(found !== null);
  return found && { leftOut: found.leftOut, sent: JSON.parse(Buffer.from(found.body).toString()) };
}

(hasRecorded ? describe : describe.skip)('a recorded answer, sent back to another provider', () => {
  it('of OpenAI’s Responses loses its encrypted reasoning and its ids, and keeps its words', () => {
    const { output } = answer('openai-responses/openai-reasoning-encrypted-content.1.json');
    const input = [user, ...output, user];
    const said = output.find(({ type }: { type: string }) => type === 'message');
    const { id: _, ...message } = said;
    expect(goesOn('openai-responses', 'grok', { input })).toEqual({
      leftOut: ['1 reasoning block signed by openai', '1 item id of openai'],
      sent: { input: [user, message, user] },
    });
    expect(goesOn('openai-responses', 'openai', { input })).toBeNull();
    expect(goesOn('openai-responses', 'azure-openai', { input })).toBeNull();
  });

  it('of Anthropic loses its thinking, and keeps its words', () => {
    const { content } = answer('anthropic/anthropic-claude-opus-5-reasoning-high.1.json');
    const messages = [user, { role: 'assistant', content }, user];
    const words = content.filter(({ type }: { type: string }) => type === 'text');
    expect(goesOn('anthropic-messages', 'grok', { messages })).toEqual({
      leftOut: ['1 reasoning block signed by anthropic'],
      sent: { messages: [user, { role: 'assistant', content: words }, user] },
    });
    expect(goesOn('anthropic-messages', 'anthropic', { messages })).toBeNull();
  });
});
