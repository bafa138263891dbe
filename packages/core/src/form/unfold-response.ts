import { assertNever } from '../assert-never.ts';
import type { AssistantBlock } from './blocks.ts';
import type { ModelEvent } from './events.ts';
import type { ModelResponse } from './response.ts';

/** A whole answer as a stream: for a client that asked for one and a provider that gave none. */
export function unfoldResponse(response: ModelResponse): ModelEvent[] {
  const { id, model, created, residue } = response;
  return [
    { kind: 'start', id, model, created, ...(residue ? { residue } : {}) },
    ...response.blocks.flatMap(unfoldBlock),
    ...(response.usage ? [{ kind: 'usage', usage: response.usage } as const] : []),
    { kind: 'end', finish: response.finish },
  ];
}

/** One whole block as the events of a stream. */
export function unfoldBlock(block: AssistantBlock, index: number): ModelEvent[] {
  const residue = block.residue ? { residue: block.residue } : {};
  const end: ModelEvent = { kind: 'block-end', index, ...residue };
  switch (block.kind) {
    case 'text':
      return [
        { kind: 'block-start', index, block: { kind: 'text' }, ...residue },
        {
          kind: 'delta',
          index,
          delta: {
            kind: 'text',
            text: block.text,
            ...(block.logprobs ? { logprobs: block.logprobs } : {}),
          },
        },
        ...(block.citations ?? []).map(
          (citation): ModelEvent => ({ kind: 'delta', index, delta: { kind: 'citation', citation } }),
        ),
        end,
      ];
    case 'refusal':
      return [
        { kind: 'block-start', index, block: { kind: 'refusal' }, ...residue },
        { kind: 'delta', index, delta: { kind: 'text', text: block.text } },
        end,
      ];
    case 'reasoning':
      return [
        { kind: 'block-start', index, block: { kind: 'reasoning' }, ...residue },
        ...(block.text === ''
          ? []
          : [{ kind: 'delta', index, delta: { kind: 'text', text: block.text } } as const]),
        ...(block.proof
          ? [{ kind: 'delta', index, delta: { kind: 'proof', proof: block.proof } } as const]
          : []),
        end,
      ];
    case 'tool-call': {
      const { id, name, custom, proof } = block;
      return [
        {
          kind: 'block-start',
          index,
          block: {
            kind: 'tool-call',
            id,
            name,
            ...(custom === undefined ? {} : { custom }),
            ...(proof ? { proof } : {}),
          },
          ...residue,
        },
        { kind: 'delta', index, delta: { kind: 'arguments', text: block.arguments } },
        end,
      ];
    }
    case 'image':
    case 'audio':
    case 'file':
    case 'opaque':
      return [{ kind: 'block-start', index, block: { kind: 'whole', block } }, end];
    default:
      return assertNever(block);
  }
}
