import { parseJson } from '../../../form/json.ts';
import { ERROR_CLASSES, type ModelError } from '../../../form/model-error.ts';
import type { DecodeContext, Frame, StreamDecoder } from '../../provider-dialect.ts';
import { readErrorBody } from '../../upstream-error.ts';
import { AnswerReader } from './answer-reader.ts';
import type { ChatDeviations } from './deviations.ts';

/** Reads a chat stream (spec/providers 2.1, 4.3). */
export function decodeStream(context: DecodeContext, deviations: ChatDeviations): StreamDecoder {
  const reader = new AnswerReader(context, deviations);
  return {
    push(frame) {
      readFrame(frame, reader);
      return reader.take();
    },
    end() {
      reader.close();
      return reader.take();
    },
  };
}

function readFrame(frame: Frame, reader: AnswerReader): void {
  if (frame.kind === 'aws') return;
  const data = frame.kind === 'sse' ? frame.data : frame.text;
  if (data.startsWith('[') && data.trim() === '[DONE]') {
    reader.done();
    return;
  }
  const value = parseJson(data);
  // Groq and others tell by the event's name that it is an error, whatever its data look like.
  if (frame.kind === 'sse' && frame.name === 'error')
    reader.fail(readErrorBody(value, null) ?? saidError(data));
  else reader.read(value);
}

const saidError = (data: string): ModelError => ({
  kind: 'error',
  class: 'upstream',
  message: data.slice(0, 2048) || 'The provider broke its answer off.',
  status: ERROR_CLASSES.upstream.status,
  code: null,
  parameter: null,
  raw: data,
});
