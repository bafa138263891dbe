import type { AssistantBlock, ToolCallBlock, ToolResultBlock, UserBlock } from './blocks.ts';
import { type Fault, fault } from './fault.ts';
import type { Message } from './request.ts';

export type Turn = Extract<Message, { readonly role: 'user' | 'assistant' }>;

/**
 * A conversation in strict turns: neighbours of one role are one turn, a system text in the middle is a user text in
 * place, and a turn with nothing in it is gone. For targets without a system role inside the conversation.
 */
export function strictTurns(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.content.length === 0) continue;
    const turn: Turn = message.role === 'system' ? { role: 'user', content: message.content } : message;
    const last = turns.at(-1);
    if (last?.role === 'user' && turn.role === 'user')
      turns[turns.length - 1] = { role: 'user', content: [...last.content, ...turn.content] };
    else if (last?.role === 'assistant' && turn.role === 'assistant')
      turns[turns.length - 1] = { role: 'assistant', content: [...last.content, ...turn.content] };
    else turns.push(turn);
  }
  return turns;
}

const isCall = (block: AssistantBlock): block is ToolCallBlock => block.kind === 'tool-call';
const isResult = (block: UserBlock): block is ToolResultBlock => block.kind === 'tool-result';

/**
 * Turns in which every call has its result: all results of one assistant turn come first in the next user turn, in the
 * order of the calls and with the tool's name (spec/providers 6.1, 7.1, 8.1). A call that was interrupted gets a result
 * that says so. A result without its call, two calls or two results with one id are the caller's mistakes.
 */
export function pairCalls(turns: readonly Turn[]): Turn[] | Fault {
  const paired: Turn[] = [];
  const seen = new Set<string>();
  let open: ToolCallBlock[] = [];
  for (const turn of turns) {
    if (turn.role === 'assistant') {
      if (open.length > 0) paired.push({ role: 'user', content: open.map(interrupted) });
      open = turn.content.filter(isCall);
      for (const { id } of open) {
        if (seen.has(id)) return fault(['messages'], `Two tool calls have the id "${shown(id)}".`);
        seen.add(id);
      }
      paired.push(turn);
      continue;
    }
    const answered = answer(open, turn.content);
    if (!Array.isArray(answered)) return answered;
    open = [];
    if (answered.length > 0) paired.push({ role: 'user', content: answered });
  }
  if (open.length > 0) paired.push({ role: 'user', content: open.map(interrupted) });
  return paired;
}

function answer(calls: readonly ToolCallBlock[], content: readonly UserBlock[]): UserBlock[] | Fault {
  const results = new Map<string, ToolResultBlock>();
  for (const block of content.filter(isResult)) {
    if (results.has(block.callId))
      return fault(['messages'], `Two tool results answer the call "${shown(block.callId)}".`);
    if (!calls.some(({ id }) => id === block.callId))
      return fault(
        ['messages'],
        `A tool result answers the call "${shown(block.callId)}", which the turn before it does not make.`,
      );
    results.set(block.callId, block);
  }
  const ordered = calls.map((call) => {
    const result = results.get(call.id);
    return result ? { ...result, name: call.name } : interrupted(call);
  });
  return [...ordered, ...content.filter((block) => !isResult(block))];
}

const interrupted = ({ id, name }: ToolCallBlock): ToolResultBlock => ({
  kind: 'tool-result',
  callId: id,
  name,
  content: [{ kind: 'text', text: 'The call was interrupted and has no result.' }],
  isError: true,
});

const shown = (id: string) => id.slice(0, 64);
