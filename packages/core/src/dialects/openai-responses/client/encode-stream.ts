import type { AnswerContext, StreamEncoder } from '../../client-dialect.ts';
import { AnswerWriter } from './answer-writer.ts';

/** Events with their name before them and a number in each. There is no closing word: the last event is the end. */
export function encodeStream(context: AnswerContext): StreamEncoder {
  let text = '';
  let sequence = 0;
  const writer = new AnswerWriter(context, (type, fields) => {
    text += `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence, ...fields })}\n\n`;
    sequence += 1;
  });
  return {
    write(event) {
      text = '';
      writer.write(event);
      return text;
    },
  };
}
