import { isModelError } from '../form/model-error.ts';
import type { AnswerTranslation } from '../ports/translation.ts';
import { streamTranslation } from './stream-translation.ts';
import { decodeWhole, type Ends, errorAnswer, wholeAnswer } from './whole-answer.ts';

export function answerTranslation(ends: Ends): AnswerTranslation {
  return {
    whole: ({ status, headers, bytes }) => {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
      const decoded =
        status >= 300
          ? ends.provider.decodeError({ status, headers, text })
          : decodeWhole(ends, { headers, bytes, text });
      return isModelError(decoded) ? errorAnswer(ends, decoded) : wholeAnswer(ends, decoded);
    },
    stream: ({ headers }) => streamTranslation(ends, { ...ends.decode, headers }),
  };
}
