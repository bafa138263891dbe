import type { AssistantBlock, RefusalBlock, TextBlock, ToolCallBlock } from '../../../form/blocks.ts';
import { isJson, parseJson } from '../../../form/json.ts';
import { type Field, shown } from '../../request-field.ts';
import { detailsAt, readCallProof, readDetails } from '../reasoning-details.ts';
import { readImage, readText, text, unknownPart } from './decode-parts.ts';

/**
 * An assistant's message as blocks, in the order in which a model writes them: thoughts, words, pictures, calls.
 * @param oldCallId the id of a call of the old format, which has none.
 */
export function decodeAssistant(message: Field, oldCallId: string): AssistantBlock[] {
  const audio = message.at('audio').given;
  const oldCall = message.at('function_call').given;
  return [
    ...readReasoning(message),
    ...readContent(message.at('content')),
    ...refusal(message.at('refusal').given?.text() ?? ''),
    ...(message.at('images').given?.list() ?? []).map(readImage),
    ...(audio ? [audioBlock(audio)] : []),
    ...(message.at('tool_calls').given?.list() ?? []).map(readCall),
    ...(oldCall ? [functionCall(oldCall, oldCallId)] : []),
  ];
}

function readReasoning(message: Field): AssistantBlock[] {
  const details = message.at('reasoning_details').given;
  details?.list().map((it) => it.object());
  const said = message.at('reasoning_content').given?.text() ?? message.at('reasoning').given?.text() ?? '';
  return readDetails(detailsAt(message.object()), said);
}

function readContent(content: Field): (TextBlock | RefusalBlock)[] {
  if (content.isAbsent) return [];
  if (typeof content.value === 'string') return text(content.value, {});
  return content.list().flatMap((part): (TextBlock | RefusalBlock)[] => {
    switch (part.at('type').text()) {
      case 'text':
        return readText(part);
      case 'refusal':
        return refusal(part.at('refusal').text());
      default:
        return unknownPart(part);
    }
  });
}

const refusal = (said: string): RefusalBlock[] => (said === '' ? [] : [{ kind: 'refusal', text: said }]);

/** An earlier spoken answer comes back by its id alone. */
const audioBlock = (audio: Field): AssistantBlock => ({
  kind: 'audio',
  source: { kind: 'file-id', id: audio.at('id').name(), dialect: 'openai-chat' },
});

function readCall(call: Field): ToolCallBlock {
  const type = call.at('type').given?.text() ?? 'function';
  const id = call.at('id').name();
  const proof = readCallProof(call.object());
  const withProof = proof ? { proof } : {};
  switch (type) {
    case 'function':
      return { ...functionCall(call.at('function'), id), ...withProof };
    case 'custom': {
      const custom = call.at('custom');
      return {
        kind: 'tool-call',
        id,
        name: custom.at('name').name(),
        arguments: custom.at('input').text(),
        custom: true,
        ...withProof,
      };
    }
    default:
      return call.at('type').fail(`There is no tool call of the type "${shown(type)}".`);
  }
}

const functionCall = (call: Field, id: string): ToolCallBlock => ({
  kind: 'tool-call',
  id,
  name: call.at('name').name(),
  arguments: argumentsAt(call.at('arguments')),
});

/** Nothing, and what only looks like something, is an object without members (spec/providers 2.2). */
function argumentsAt(field: Field): string {
  const written = field.given?.text() ?? '';
  if (written.trim() === '' || written === 'null') return '{}';
  return isJson(parseJson(written)) ? written : field.fail('This must be the JSON text of an object.');
}
