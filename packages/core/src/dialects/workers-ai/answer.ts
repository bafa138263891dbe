import type { ToolCallBlock } from '../../form/blocks.ts';
import { child, isJson, type Json, listAt, parseJson, residueOf, textAt } from '../../form/json.ts';
import type { Finish } from '../../form/response.ts';
import type { ModelUsage } from '../../form/usage.ts';
import { outputTotal } from '../../form/usage.ts';
import type { DecodeContext } from '../provider-dialect.ts';
import { DEFAULT_MAX_TOKENS } from './parameters.ts';

/** `response` as text: in JSON mode it is the value itself, and some models stream digits as numbers. */
export function responseText(response: unknown): string {
  if (typeof response === 'string') return response;
  if (response === null || response === undefined) return '';
  try {
    return JSON.stringify(response);
  } catch {
    // Nested deeper than the stack goes: no schema's value.
    return '';
  }
}

/**
 * The calls of an answer, flat or in OpenAI's shape. A late chunk may repeat one with null fields, which is none
 * (spec/providers 11).
 */
export function callsOf(answer: Json, context: DecodeContext): readonly ToolCallBlock[] {
  return listAt(answer, 'tool_calls').flatMap((call): readonly ToolCallBlock[] => {
    if (!isJson(call)) return [];
    const called = child(call, 'function') ?? call;
    const name = textAt(called, 'name');
    if (!name) return [];
    const residue = residueOf(call, ['id', 'type', 'name', 'arguments', 'function']);
    return [
      {
        kind: 'tool-call',
        id: textAt(call, 'id') || context.newId('call_'),
        name: context.names.fromWire(name),
        arguments: argumentsText(called.arguments),
        ...(residue ? { residue: { dialect: 'workers-ai', value: residue } } : {}),
      },
    ];
  });
}

function argumentsText(args: unknown): string {
  if (typeof args === 'string') return isJson(parseJson(args)) ? args : isEmpty(args) ? '{}' : args;
  return isJson(args) ? responseText(args) || '{}' : '{}';
}

const isEmpty = (text: string) => text.trim() === '' || text.trim() === 'null';

/**
 * There is no word for the end in this format: calls mean calls, and as many tokens as were allowed mean that the limit
 * was met.
 */
export function finishOf(hasCalls: boolean, usage: ModelUsage | null, context: DecodeContext): Finish {
  if (hasCalls) return { reason: 'tool-calls', raw: null };
  const limit = context.request.parameters.maxTokens ?? DEFAULT_MAX_TOKENS;
  const isFull = usage !== null && outputTotal(usage) >= limit;
  return { reason: isFull ? 'length' : 'stop', raw: null };
}
