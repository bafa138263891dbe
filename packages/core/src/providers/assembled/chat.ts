import { isJson, type Json, listAt, textAt } from '../../form/json.ts';
import { joinContent } from './chat-content.ts';
import {
  appendList,
  appendText,
  errorIn,
  finished,
  type Growing,
  inOrder,
  numbered,
  takeFields,
} from './pieces.ts';

const TEXTS = ['refusal', 'reasoning', 'reasoning_content', 'text'];
const LISTS = ['annotations', 'images', 'reasoning_details'];

/** OpenAI chat completions, and the older completions with their `text` (spec/providers 4.3 and 12). */
export function assembleChat(events: readonly Json[]): Json {
  const answer: Growing = new Map();
  const choices = new Map<number, Growing>();
  for (const event of events) {
    takeFields(answer, event, ['choices', 'obfuscation', 'error']);
    for (const choice of listAt(event, 'choices').filter(isJson))
      takeChoice(numbered(choices, choice.index), choice);
  }
  const object = answer.get('object');
  return {
    ...finished(answer),
    object: object === 'text_completion' ? object : 'chat.completion',
    choices: inOrder(choices).map(finishDeep),
    ...errorIn(events),
  };
}

function takeChoice(target: Growing, choice: Json): void {
  takeFields(target, choice, ['delta', 'message', 'text', 'logprobs', 'content_filter_results']);
  if ('text' in choice) appendText(target, 'text', choice.text);
  if (isJson(choice.logprobs)) takeLogprobs(record(target, 'logprobs'), choice.logprobs);
  if (isJson(choice.content_filter_results))
    takeFields(record(target, 'content_filter_results'), choice.content_filter_results);
  if (isJson(choice.delta)) takeDelta(record(target, 'message'), choice.delta);
}

/** A growing record inside another. */
function record(target: Growing, key: string): Growing {
  const known = target.get(key);
  if (known instanceof Map) return known;
  const made: Growing = new Map();
  target.set(key, made);
  return made;
}

function takeLogprobs(target: Growing, logprobs: Json): void {
  for (const [key, value] of Object.entries(logprobs))
    if (Array.isArray(value)) appendList(target, key, value);
    else takeFields(target, { [key]: value });
}

function takeDelta(message: Growing, delta: Json): void {
  for (const [key, value] of Object.entries(delta))
    if (key === 'content') message.set(key, joinContent(message.get(key), value));
    else if (key === 'tool_calls') takeCalls(message, listAt(delta, key).filter(isJson));
    else if (key === 'audio' && isJson(value)) takeAudio(record(message, key), value);
    else if (TEXTS.includes(key)) appendText(message, key, value);
    else if (LISTS.includes(key) && Array.isArray(value)) appendList(message, key, value);
    else takeFields(message, { [key]: value });
}

function takeAudio(target: Growing, audio: Json): void {
  takeFields(target, audio, ['data', 'transcript']);
  for (const key of ['data', 'transcript']) if (key in audio) appendText(target, key, audio[key]);
}

/** Puts calls together by the rules of spec/providers 2.2. */
function takeCalls(message: Growing, deltas: readonly Json[]): void {
  if (deltas.length === 0) return;
  const known = message.get('tool_calls');
  const calls: Growing[] = Array.isArray(known) ? known : [];
  for (const delta of deltas) {
    const call = callOf(calls, delta) ?? new Map();
    if (!calls.includes(call)) calls.push(call);
    takeFields(call, delta, ['function', 'custom']);
    if (isJson(delta.custom)) takeCustom(record(call, 'custom'), delta.custom);
    if (!isJson(delta.function)) continue;
    const called = record(call, 'function');
    const { arguments: piece } = delta.function;
    takeFields(called, delta.function, called.get('name') ? ['name', 'arguments'] : ['arguments']);
    if (isJson(piece)) called.set('arguments', JSON.stringify(piece));
    else if (!isRepeat(called.get('arguments'), piece)) appendText(called, 'arguments', piece);
  }
  message.set('tool_calls', calls);
}

/** A custom tool takes free text, in pieces as arguments are. */
function takeCustom(called: Growing, custom: Json): void {
  takeFields(called, custom, called.get('name') ? ['name', 'input'] : ['input']);
  appendText(called, 'input', custom.input);
}

function callOf(calls: readonly Growing[], delta: Json): Growing | undefined {
  const id = textAt(delta, 'id');
  if (id) return calls.find((call) => call.get('id') === id);
  if (typeof delta.index === 'number') return calls.findLast((call) => call.get('index') === delta.index);
  return calls.at(-1);
}

/** Some providers send the whole arguments once more at the end. */
function isRepeat(known: unknown, piece: unknown): boolean {
  if (typeof known !== 'string' || known !== piece || known.length < 2) return false;
  return known.startsWith('{') && known.endsWith('}');
}

/** Growing records inside the record are finished too; a call's `index` belongs to the stream only. */
function finishDeep(target: Growing): Json {
  return Object.fromEntries(
    [...target].map(([key, value]) => {
      if (value instanceof Map) return [key, finishDeep(value)];
      if (key === 'tool_calls' && Array.isArray(value))
        return [key, value.map((call) => (call instanceof Map ? finishCall(call) : call))];
      return [key, value];
    }),
  );
}

function finishCall(call: Growing): Json {
  const { index: _, ...rest } = finishDeep(call);
  return rest;
}
