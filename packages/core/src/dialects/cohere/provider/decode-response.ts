import type { AssistantBlock, Citation } from '../../../form/blocks.ts';
import { child, isJson, type Json, listAt, numberAt, residueOf, textAt } from '../../../form/json.ts';
import type { ModelError } from '../../../form/model-error.ts';
import type { Residue } from '../../../form/provenance.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { failure, unfinished } from '../../decoding-failures.ts';
import type { DecodeContext } from '../../provider-dialect.ts';
import { readErrorBody } from '../../upstream-error.ts';
import { failedFinish, logprobsOf, PLAN } from '../answer.ts';
import { CallArguments } from '../call-arguments.ts';
import { citedText, readCitation } from '../citations.ts';
import { finishReason } from '../finish.ts';
import { cohereUsage } from '../usage.ts';

/** A whole answer of `v2/chat` (spec/providers 10). */
export function decodeResponse(body: unknown, context: DecodeContext): ModelResponse | ModelError {
  const error = readErrorBody(body, null);
  if (error) return error;
  const message = isJson(body) ? child(body, 'message') : null;
  if (!isJson(body) || !message) {
    const said = isJson(body) ? textAt(body, 'message') : null;
    return said ? failure('upstream', said, null, body) : unfinished(body);
  }
  const calls = listAt(message, 'tool_calls').filter(isJson);
  const raw = textAt(body, 'finish_reason');
  const failed = failedFinish(raw, textAt(body, 'error'), calls.length > 0, body);
  if (failed) return failed;
  const citations = listAt(message, 'citations').filter(isJson);
  const content = withLogprobs(contentBlocks(message, citations), body);
  const blocks = [
    ...content,
    ...planBlocks(message, citations),
    ...calls.flatMap((it) => callBlocks(it, context)),
  ];
  const residue = residueOfAnswer(body, message, blocks);
  return {
    id: textAt(body, 'id'),
    model: textAt(body, 'model'),
    created: null,
    blocks,
    finish: { reason: finishReason(raw, calls.length > 0), raw },
    usage: cohereUsage(child(body, 'usage')),
    ...(residue ? { residue } : {}),
  };
}

function contentBlocks(message: Json, citations: readonly Json[]): readonly AssistantBlock[] {
  if (typeof message.content === 'string')
    return message.content ? [{ kind: 'text', text: message.content }] : [];
  const parts = listAt(message, 'content');
  const firstText = parts.findIndex((part) => isJson(part) && part.type === 'text');
  return parts.flatMap((part, index): readonly AssistantBlock[] => {
    if (!isJson(part)) return [];
    const text = textAt(part, 'text');
    if (part.type === 'text' && text !== null) {
      const own = citations.filter(
        (it) => citedText(it) === 'text' && (numberAt(it, 'content_index') ?? firstText) === index,
      );
      return [{ kind: 'text', text, ...cited(own, text), ...rest(residueOf(part, ['type', 'text'])) }];
    }
    const thinking = textAt(part, 'thinking');
    if (part.type === 'thinking' && thinking !== null)
      return [{ kind: 'reasoning', text: thinking, ...rest(residueOf(part, ['type', 'thinking'])) }];
    return [{ kind: 'opaque', dialect: 'cohere', value: part }];
  });
}

/** Beside what it has no place for: the citations that no text took. */
function residueOfAnswer(body: Json, message: Json, blocks: readonly AssistantBlock[]): Residue | null {
  const taken = new Set(
    blocks.flatMap((it) => ('citations' in it ? (it.citations ?? []) : [])).map((it) => it.residue.value),
  );
  const left = listAt(message, 'citations').filter((it) => !isJson(it) || !taken.has(it));
  const own = residueOf(body, ['id', 'model', 'message', 'finish_reason', 'usage']);
  const inner = residueOf(message, ['role', 'content', 'tool_plan', 'tool_calls', 'citations']);
  const value = {
    ...own,
    ...(inner ? { message: inner } : {}),
    ...(left.length > 0 ? { citations: left } : {}),
  };
  return Object.keys(value).length === 0 ? null : { dialect: 'cohere', value };
}

function planBlocks(message: Json, citations: readonly Json[]): readonly AssistantBlock[] {
  const text = textAt(message, 'tool_plan');
  if (!text) return [];
  return [
    {
      kind: 'text',
      text,
      ...cited(
        citations.filter((it) => citedText(it) === 'tool-plan'),
        text,
      ),
      residue: PLAN,
    },
  ];
}

function callBlocks(call: Json, context: DecodeContext): readonly AssistantBlock[] {
  const called = child(call, 'function');
  const name = textAt(called, 'name');
  if (!name) return [];
  return [
    {
      kind: 'tool-call',
      id: textAt(call, 'id') || context.newId('call_'),
      name: context.names.fromWire(name),
      arguments: CallArguments.whole(called?.arguments),
      ...rest(residueOf(call, ['id', 'type', 'function'])),
    },
  ];
}

function cited(citations: readonly Json[], text: string): { readonly citations?: readonly Citation[] } {
  return citations.length === 0 ? {} : { citations: citations.map((it) => readCitation(it, text)) };
}

/** All on the first text: Cohere's list is of the whole answer. */
function withLogprobs(blocks: readonly AssistantBlock[], body: Json): readonly AssistantBlock[] {
  const logprobs = logprobsOf(listAt(body, 'logprobs'));
  const first = blocks.findIndex(({ kind }) => kind === 'text');
  if (logprobs.length === 0) return blocks;
  return blocks.map((block, index) =>
    index === first && block.kind === 'text' ? { ...block, logprobs } : block,
  );
}

const rest = (value: Json | null): { readonly residue?: Residue } =>
  value ? { residue: { dialect: 'cohere', value } } : {};
