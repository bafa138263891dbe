import { describe, expect, it } from '@jest/globals';
import { KEEP_ALIVE } from '../../streaming/keep-alive.ts';
import { ScriptedBody } from '../__fixtures__/scripted-body.ts';
import { tapped } from './tapped-stream.ts';

function heard(most: number) {
  const source = new ScriptedBody();
  const kept: (string | null)[] = [];
  const sent: string[] = [];
  let ends = 0;
  const stream = tapped(source, most, (bytes) => kept.push(bytes && Buffer.from(bytes).toString()));
  stream.consume({
    chunk: (bytes) => void sent.push(Buffer.from(bytes).toString()),
    end: () => {
      ends += 1;
    },
  });
  return { source, stream, kept, sent, ends: () => ends };
}

describe('a stream that is heard along', () => {
  it('passes everything on and keeps all of it but what only held the line', () => {
    const { source, kept, sent, ends } = heard(100);
    source
      .send('data: 1\n\n', KEEP_ALIVE['openai-chat'], KEEP_ALIVE['anthropic-messages'], 'data: 2\n\n')
      .end();
    expect([kept, ends()]).toEqual([['data: 1\n\ndata: 2\n\n'], 1]);
    expect(sent).toHaveLength(4);
  });

  it('keeps nothing of a stream that broke or that is too long, which still passes', () => {
    const broken = heard(100);
    broken.source.send('a').break();
    const long = heard(3);
    long.source.send('ab', 'cd', 'e').end();
    expect([broken.kept, long.kept, long.sent]).toEqual([[null], [null], ['ab', 'cd', 'e']]);
  });

  it('holds back and ends its source as its reader says', () => {
    const { source, stream } = heard(9);
    stream.pause();
    stream.resume();
    stream.cancel();
    expect(source.asked).toEqual(['pause', 'resume', 'cancel']);
  });
});
