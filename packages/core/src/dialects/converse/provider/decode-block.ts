import type { AssistantBlock, Citation } from '../../../form/blocks.ts';
import { child, isJson, type Json, listAt, textAt } from '../../../form/json.ts';
import type { Proof } from '../../../form/provenance.ts';
import { ownValue } from '../../../own-value.ts';
import type { DecodeContext } from '../../provider-dialect.ts';

/** One block of a whole answer, or of a streamed one that comes whole. What has no word in the form stays as it is. */
export function decodeBlock(block: Json, context: DecodeContext): AssistantBlock[] {
  const text = textAt(block, 'text');
  if (text !== null) return text === '' ? [] : [{ kind: 'text', text }];
  const call = child(block, 'toolUse');
  if (call && !isServerTool(call)) return [decodeCall(call, context)];
  const reasoning = child(block, 'reasoningContent');
  if (reasoning) return decodeReasoning(reasoning);
  const cited = child(block, 'citationsContent');
  if (cited) return decodeCited(cited);
  return (
    decodeMedia(block) ?? (isEmpty(block) ? [] : [{ kind: 'opaque', dialect: 'converse', value: block }])
  );
}

const isEmpty = (block: Json) => Object.values(block).every((value) => value === null || value === undefined);

/** Bedrock runs it itself: no call for the client. */
export const isServerTool = (call: Json) => textAt(call, 'type') === 'server_tool_use';

function decodeCall(call: Json, context: DecodeContext): AssistantBlock {
  return {
    kind: 'tool-call',
    id: textAt(call, 'toolUseId') || context.newId('call_'),
    name: context.names.fromWire(textAt(call, 'name') ?? ''),
    arguments: argumentsText(call.input),
  };
}

/** Text of an object; nothing, `""` and `null` are no arguments (spec/providers 2.2). */
function argumentsText(input: unknown): string {
  if (input === null || input === undefined) return '{}';
  if (typeof input === 'string') return input === '' || input === 'null' ? '{}' : input;
  return JSON.stringify(input);
}

function decodeReasoning(reasoning: Json): AssistantBlock[] {
  const said = child(reasoning, 'reasoningText');
  const signature = textAt(said, 'signature');
  const redacted = textAt(reasoning, 'redactedContent');
  const text = textAt(said, 'text') ?? '';
  if (redacted) return [{ kind: 'reasoning', text, proof: redactedProof(redacted) }];
  if (text === '' && !signature) return [];
  return [{ kind: 'reasoning', text, ...(signature ? { proof: signatureProof(signature) } : {}) }];
}

export const signatureProof = (value: string): Proof => ({ family: 'anthropic', kind: 'signature', value });

/** Bytes on this wire, whose text is what Anthropic's own format calls `redacted_thinking.data`. */
const redactedProof = (base64: string): Proof => ({
  family: 'anthropic',
  kind: 'redacted',
  value: Buffer.from(base64, 'base64').toString(),
});

/** The cited text is answer text, and all of it is the span (spec/providers 8.2). */
function decodeCited(cited: Json): AssistantBlock[] {
  const text = listAt(cited, 'content')
    .map((it) => (isJson(it) ? (textAt(it, 'text') ?? '') : ''))
    .join('');
  const citations = listAt(cited, 'citations').filter(isJson).map(decodeCitation);
  if (text === '' && citations.length === 0) return [];
  return [{ kind: 'text', text, ...(citations.length > 0 ? { citations } : {}) }];
}

export function decodeCitation(citation: Json): Citation {
  const location = child(citation, 'location');
  const quotes = listAt(citation, 'sourceContent').flatMap((it) =>
    isJson(it) ? [textAt(it, 'text') ?? ''] : [],
  );
  return {
    start: null,
    end: null,
    url: textAt(child(location, 'web'), 'url') ?? textAt(location, 'url'),
    title: textAt(citation, 'title'),
    quote: quotes.length > 0 ? quotes.join('') : null,
    residue: { dialect: 'converse', value: citation },
  };
}

function decodeMedia(block: Json): AssistantBlock[] | null {
  const [kind] = ['image', 'audio', 'document'].filter((it) => isJson(block[it]));
  const media = kind === undefined ? null : child(block, kind);
  const data = textAt(child(media, 'source'), 'bytes');
  const format = textAt(media, 'format');
  if (!data || format === null) return null;
  if (kind === 'image') return [{ kind, source: { kind: 'data', mediaType: `image/${format}`, data } }];
  if (kind === 'audio') return [{ kind, source: { kind: 'data', mediaType: `audio/${format}`, data } }];
  const name = textAt(media, 'name');
  const mediaType = ownValue(DOCUMENT_TYPES, format) ?? 'application/octet-stream';
  return [{ kind: 'file', source: { kind: 'data', mediaType, data }, ...(name === null ? {} : { name }) }];
}

const DOCUMENT_TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  csv: 'text/csv',
  html: 'text/html',
  txt: 'text/plain',
  md: 'text/markdown',
};
