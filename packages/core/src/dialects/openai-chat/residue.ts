import { isJson, type Json, listAt, residueOf } from '../../form/json.ts';
import type { Residue } from '../../form/provenance.ts';

/**
 * What of a chat answer (or one chunk) the form has no field for, in the answer's own shape:
 * `{system_fingerprint, choices: [{content_filter_results, message: {refusal: null}}]}`. A stream gives the part beside
 * `choices` with `start` and the part inside with `end`.
 */
const ANSWER = ['id', 'object', 'created', 'model', 'choices', 'usage'];
const CHOICE = ['index', 'message', 'delta', 'finish_reason', 'logprobs'];

/** @param known the message's members that the decoder reads. */
export function residueOfAnswer(answer: Json, known: readonly string[]): Residue | null {
  const choice = listAt(answer, 'choices')[0];
  const inside = isJson(choice) ? residueOfChoice(choice, known) : null;
  const value = { ...residueOf(answer, ANSWER), ...(inside ? { choices: [inside] } : {}) };
  return Object.keys(value).length === 0 ? null : { dialect: 'openai-chat', value };
}

function residueOfChoice(choice: Json, known: readonly string[]): Json | null {
  const message = isJson(choice.message) ? withAbsences(choice.message, known) : null;
  const rest = withAbsences(choice, CHOICE);
  return rest || message ? { ...rest, ...(message ? { message } : {}) } : null;
}

/** Members that are written though they say nothing (`refusal: null`, `tool_calls: []`) are a choice of the provider's. */
function withAbsences(value: Json, known: readonly string[]): Json | null {
  const rest = Object.entries(value).filter(([key, it]) => !known.includes(key) || saysNothing(it));
  return rest.length === 0 ? null : Object.fromEntries(rest);
}

const saysNothing = (value: unknown) => value === null || (Array.isArray(value) && value.length === 0);

/** The parts of a residue: beside `choices`, in the choice, in its message. */
export function partsOfResidue(value: Json): {
  readonly answer: Json;
  readonly choice: Json;
  readonly message: Json;
} {
  const [inside] = listAt(value, 'choices');
  const choice = isJson(inside) ? inside : {};
  return {
    answer: residueOf(value, ['choices']) ?? {},
    choice: residueOf(choice, ['message']) ?? {},
    message: isJson(choice.message) ? choice.message : {},
  };
}
