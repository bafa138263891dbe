import type { AssistantBlock, UserBlock } from '../../../form/blocks.ts';
import { type Fault, fault, isFault } from '../../../form/fault.ts';
import type { Message } from '../../../form/request.ts';
import { pairCalls, strictTurns, type Turn } from '../../../form/turns.ts';

/**
 * The conversation as this format takes it (spec/providers 6.1): the user begins, turns alternate, results come first and
 * together, nothing is empty, and thinking is only there where Anthropic signed it.
 */
export function prepareTurns(messages: readonly Message[], provider: string): readonly Turn[] | Fault {
  const turns = pairCalls(strictTurns(messages.map(cleaned)));
  if (isFault(turns)) return turns;
  if (turns[0]?.role === 'user') return turns;
  return fault(
    ['messages'],
    turns.length === 0
      ? `${provider} needs at least one message of the user that is not empty.`
      : `${provider} needs a conversation that begins with a message of the user.`,
  );
}

function cleaned(message: Message): Message {
  switch (message.role) {
    case 'system':
      return { role: 'user', content: message.content.filter(({ text }) => !isBlank(text)).map(marked) };
    case 'user':
      return { role: 'user', content: message.content.filter(isSaid) };
    case 'assistant':
      return { role: 'assistant', content: message.content.filter(isSaid) };
  }
}

/** No system text can stand inside the conversation, so it is said in its place, as what it is. */
const marked = <Block extends { readonly text: string }>(block: Block): Block => ({
  ...block,
  text: `<system>\n${block.text}\n</system>`,
});

function isSaid(block: UserBlock | AssistantBlock): boolean {
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return !isBlank(block.text);
    case 'reasoning':
      return block.proof?.family === 'anthropic';
    case 'opaque':
      return block.dialect === 'anthropic-messages';
    default:
      return true;
  }
}

/** White space alone is refused as well. */
export const isBlank = (text: string) => text.trim() === '';

/** The model goes on with a turn of its own, after results or in mid-sentence, that does not begin with thinking. */
export function continuesWithoutThinking(turns: readonly Turn[]): boolean {
  const last = turns.findLast(({ role }) => role === 'assistant');
  if (last?.role !== 'assistant') return false;
  if (last === turns.at(-1)) return true;
  const isAnswered = last.content.some(({ kind }) => kind === 'tool-call');
  return isAnswered && last.content[0]?.kind !== 'reasoning';
}

/**
 * An answer that the model shall go on with must not end in white space, and holds no thinking when the model is not to
 * think.
 */
export function prepareEnd(turns: readonly Turn[], thinks: boolean): readonly Turn[] {
  const last = turns.at(-1);
  if (last?.role !== 'assistant') return turns;
  const content = last.content
    .filter(({ kind }) => thinks || kind !== 'reasoning')
    .map((block, at, all) =>
      block.kind === 'text' && at === all.length - 1 ? { ...block, text: block.text.trimEnd() } : block,
    );
  const before = turns.slice(0, -1);
  return content.length === 0 ? before : [...before, { role: 'assistant', content }];
}
