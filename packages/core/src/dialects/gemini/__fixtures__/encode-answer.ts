import { assertNever } from '../../../assert-never.ts';
import type { AssistantBlock, MediaSource } from '../../../form/blocks.ts';
import { child, type Json, listAt } from '../../../form/json.ts';
import { type Residue, residueFor } from '../../../form/provenance.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { inputTotal, type ModelUsage } from '../../../form/usage.ts';
import { givenId } from '../parts.ts';

/**
 * An answer as Gemini would have sent it: shows that a decoded one has lost nothing. No client speaks Gemini. Exceptions:
 * a text part that is empty and carries nothing is not written, and a call without arguments has `args: {}`.
 */
export function encodeAnswer(response: ModelResponse): Json {
  const { id, model, blocks, finish, usage } = response;
  const { candidate, content, otherCandidates, ...rest } = residueFor('gemini', response.residue);
  const parts = encodeParts(blocks);
  const answered = finish.reason !== 'blocked-prompt';
  return {
    ...rest,
    ...(answered
      ? {
          candidates: [
            {
              ...(candidate as Json | undefined),
              content: {
                role: 'model',
                ...(content as Json | undefined),
                ...(parts.length > 0 ? { parts } : {}),
              },
              finishReason: finish.raw,
              ...(finish.explanation === undefined ? {} : { finishMessage: finish.explanation }),
            },
            ...listAt({ otherCandidates }, 'otherCandidates'),
          ],
        }
      : {}),
    responseId: id,
    modelVersion: model,
    ...(usage ? { usageMetadata: encodeUsage(usage) } : {}),
  };
}

function encodeParts(blocks: readonly AssistantBlock[]): Json[] {
  const parts: Json[] = [];
  for (const block of blocks) {
    const last = parts.at(-1);
    if (block.kind === 'reasoning' && block.text === '') {
      const own = residueFor('gemini', block.residue);
      if ('text' in own || !last) parts.push({ ...own, ...signature(block) });
      else parts[parts.length - 1] = { ...last, ...signature(block) };
    } else parts.push({ ...encodePart(block), ...signature(block) });
  }
  return parts;
}

const signature = (block: AssistantBlock): Json =>
  'proof' in block && block.proof ? { thoughtSignature: block.proof.value } : {};

function encodePart(block: AssistantBlock): Json {
  const own = ownOf(block.residue);
  switch (block.kind) {
    case 'text':
      return 'executableCode' in own || 'codeExecutionResult' in own ? own : { text: block.text, ...own };
    case 'refusal':
      return { text: block.text };
    case 'reasoning':
      return { text: block.text, thought: true, ...own };
    case 'tool-call': {
      const id = givenId(block.id);
      const args: unknown = JSON.parse(block.arguments);
      return { functionCall: { name: block.name, args, ...(id === null ? {} : { id }) }, ...own };
    }
    case 'image':
    case 'audio':
    case 'file':
      return { ...encodeMedia(block.source), ...own };
    case 'opaque':
      return block.value;
    default:
      return assertNever(block);
  }
}

const ownOf = (residue: Residue | undefined) => residueFor('gemini', residue);

function encodeMedia(source: MediaSource): Json {
  switch (source.kind) {
    case 'data':
      return { inlineData: { mimeType: source.mediaType, data: source.data } };
    case 'url':
      return { fileData: { mimeType: source.mediaType, fileUri: source.url } };
    case 'file-id':
      return { fileData: { fileUri: source.id } };
    default:
      return assertNever(source);
  }
}

function encodeUsage(usage: ModelUsage): Json {
  const rest = residueFor('gemini', usage.residue);
  const toolUse = Number(rest.toolUsePromptTokenCount ?? 0);
  const candidates = usage.output + usage.outputAudio + usage.outputImage;
  const counts = {
    promptTokenCount: inputTotal(usage) - toolUse,
    candidatesTokenCount: candidates,
    thoughtsTokenCount: usage.reasoning,
    cachedContentTokenCount: usage.cacheRead,
    totalTokenCount: inputTotal(usage) + candidates + usage.reasoning,
  };
  return { ...rest, ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)) };
}

/** What the exceptions above make of an answer. */
export function withoutExceptions(answer: Json): Json {
  const candidates = listAt(answer, 'candidates').map((it) => {
    const candidate = it as Json;
    const content = child(candidate, 'content');
    if (!content || !('parts' in content)) return candidate;
    const parts = (listAt(content, 'parts') as readonly Json[]).flatMap((part) => {
      if (part.text === '' && Object.keys(part).length === 1) return [];
      const call = child(part, 'functionCall');
      return [call ? { ...part, functionCall: { args: {}, ...call } } : part];
    });
    return { ...candidate, content: { ...content, parts } };
  });
  return { ...answer, ...(candidates.length > 0 ? { candidates } : {}) };
}
