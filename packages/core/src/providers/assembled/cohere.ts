import { child, isJson, type Json, textAt } from '../../form/json.ts';
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

/** Cohere v2 chat (spec/providers 10). */
export function assembleCohere(events: readonly Json[]): Json {
  const answer: Growing = new Map();
  const message: Growing = new Map();
  const content = new Map<number, Growing>();
  const calls = new Map<number, Growing>();
  for (const event of events) {
    const delta = child(event, 'delta');
    const piece = child(delta, 'message');
    switch (textAt(event, 'type')) {
      case 'message-start':
        takeFields(answer, { id: event.id ?? null });
        takeFields(message, { role: piece?.role ?? 'assistant' });
        break;
      case 'content-start':
      case 'content-delta':
        takePiece(numbered(content, event.index), child(piece, 'content') ?? {}, ['text', 'thinking']);
        break;
      case 'tool-plan-delta':
        appendText(message, 'tool_plan', piece?.tool_plan);
        break;
      case 'tool-call-start':
      case 'tool-call-delta':
        takeCall(numbered(calls, event.index), child(piece, 'tool_calls') ?? {});
        break;
      case 'citation-start':
        if (isJson(piece?.citations)) appendList(message, 'citations', [piece.citations]);
        break;
      case 'message-end':
        takeFields(answer, delta ?? {});
        break;
      default:
    }
  }
  if (content.size > 0) message.set('content', inOrder(content).map(finished));
  if (calls.size > 0) message.set('tool_calls', inOrder(calls).map(finishCall));
  return { ...finished(answer), message: finished(message), ...errorIn(events) };
}

function takePiece(target: Growing, piece: Json, texts: readonly string[]): void {
  takeFields(target, piece, texts);
  for (const key of texts) if (key in piece) appendText(target, key, piece[key]);
}

const FUNCTION = 'function';

function takeCall(call: Growing, piece: Json): void {
  takeFields(call, piece, [FUNCTION]);
  const known = call.get(FUNCTION);
  const called: Growing = known instanceof Map ? known : new Map();
  takePiece(called, child(piece, FUNCTION) ?? {}, ['arguments']);
  call.set(FUNCTION, called);
}

function finishCall(call: Growing): Json {
  const called = call.get(FUNCTION);
  return { ...finished(call), [FUNCTION]: called instanceof Map ? finished(called) : {} };
}
