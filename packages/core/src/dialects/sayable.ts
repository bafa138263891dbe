import type { Block, ReasoningBlock } from '../form/blocks.ts';
import type { DialectName } from '../form/provenance.ts';
import type { Message } from '../form/request.ts';

/**
 * A conversation without what this target must not or need not be told: empty texts, what only another provider knows,
 * and thoughts that it cannot take back (spec/providers 2.9). Done before turns are made strict, so that a turn of
 * nothing else cannot leave a hole between two of one role.
 */
export function sayable(
  messages: readonly Message[],
  dialect: DialectName,
  takesBack: (block: ReasoningBlock) => boolean = () => false,
): readonly Message[] {
  const isSayable = (block: Block): boolean => {
    switch (block.kind) {
      case 'text':
      case 'refusal':
        return block.text !== '';
      case 'opaque':
        return block.dialect === dialect;
      case 'reasoning':
        return takesBack(block);
      default:
        return true;
    }
  };
  return messages.map((message): Message => {
    // One line for each role, since what it may hold depends on it.
    if (message.role === 'system') return { role: 'system', content: message.content.filter(isSayable) };
    if (message.role === 'user') return { role: 'user', content: message.content.filter(isSayable) };
    return { role: 'assistant', content: message.content.filter(isSayable) };
  });
}
