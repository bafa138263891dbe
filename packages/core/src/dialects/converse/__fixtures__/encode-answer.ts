import { assertNever } from '../../../assert-never.ts';
import type { AssistantBlock } from '../../../form/blocks.ts';
import type { Json } from '../../../form/json.ts';
import { residueFor } from '../../../form/provenance.ts';
import type { ModelResponse } from '../../../form/response.ts';

/** An answer as Converse would have sent it: shows that a decoded one has lost nothing. No client speaks Converse. */
export function encodeAnswer({ blocks, finish, usage, residue }: ModelResponse): Json {
  return {
    ...residueFor('converse', residue),
    output: { message: { role: 'assistant', content: blocks.map(encodeBlock) } },
    stopReason: finish.raw,
    ...(usage
      ? {
          usage: {
            ...residueFor('converse', usage.residue),
            inputTokens: usage.input,
            outputTokens: usage.output,
            ...some('cacheReadInputTokens', usage.cacheRead, usage.residue?.value),
            ...some('cacheWriteInputTokens', usage.cacheWrite, usage.residue?.value),
          },
        }
      : {}),
  };
}

/** Bedrock writes a count of nothing only where the other spelling of it stands too. */
const some = (key: string, count: number, rest: Json | undefined) =>
  count > 0 || rest?.[key.replace('Tokens', 'TokenCount')] !== undefined ? { [key]: count } : {};

function encodeBlock(block: AssistantBlock): Json {
  switch (block.kind) {
    case 'text':
      return block.citations
        ? {
            citationsContent: {
              content: [{ text: block.text }],
              citations: block.citations.map(({ residue }) => residue.value),
            },
          }
        : { text: block.text };
    case 'tool-call':
      return {
        toolUse: { toolUseId: block.id, name: block.name, input: JSON.parse(block.arguments) as unknown },
      };
    case 'reasoning':
      return {
        reasoningContent:
          block.proof?.kind === 'redacted'
            ? { redactedContent: Buffer.from(block.proof.value).toString('base64') }
            : {
                reasoningText: {
                  text: block.text,
                  ...(block.proof ? { signature: block.proof.value } : {}),
                },
              },
      };
    case 'opaque':
      return block.value as Json;
    case 'image':
    case 'audio':
    case 'file':
    case 'refusal':
      throw new Error(`no ${block.kind} in the fixtures`);
    default:
      return assertNever(block);
  }
}
