import { foldEvents } from '../../../form/fold-events.ts';
import { isJson, type Json, listAt } from '../../../form/json.ts';
import { isModelError, type ModelError } from '../../../form/model-error.ts';
import type { ModelResponse } from '../../../form/response.ts';
import type { DecodeContext } from '../../provider-dialect.ts';
import { residueOfAnswer } from '../residue.ts';
import { AnswerReader } from './answer-reader.ts';
import type { ChatDeviations } from './deviations.ts';
import { MESSAGE_MEMBERS } from './message-reader.ts';

/** Reads a whole chat answer: a stream of one chunk, so that both are read by the same rules. */
export function decodeResponse(
  body: Json,
  context: DecodeContext,
  deviations: ChatDeviations,
): ModelResponse | ModelError {
  const reader = new AnswerReader(context, deviations);
  reader.read(body);
  reader.closeWhole();
  const response = foldEvents(reader.take());
  if ('kind' in response && isModelError(response)) return response;
  const { residue: _, ...rest } = response as ModelResponse;
  const residue = residueOfAnswer(body, readMembers(body));
  return residue ? { ...rest, residue } : rest;
}

/** Members whose content the form holds; null and empty lists say nothing to it and are kept as they are. */
function readMembers(body: Json): readonly string[] {
  const choice = listAt(body, 'choices')[0];
  const message = isJson(choice) && isJson(choice.message) ? choice.message : {};
  return MESSAGE_MEMBERS.filter((key) => {
    if (key === 'role' || key === 'content') return true;
    const value = message[key];
    return value !== null && !(Array.isArray(value) && value.length === 0);
  });
}
