import { isJson, type Json, listAt } from '../../../form/json.ts';

/** Anthropic refuses a fifth (spec/providers 6.1). */
const MOST = 4;

/**
 * A body with at most four cache breakpoints, counted over tools, system and messages. The first stays, because it covers
 * what changes least, and the last three, because they cover most.
 */
export function limitBreakpoints(body: Json): { readonly body: Json; readonly isChanged: boolean } {
  const holders = [...marked(listAt(body, 'tools')), ...marked(listAt(body, 'system')), ...inMessages(body)];
  if (holders.length <= MOST) return { body, isChanged: false };
  const removed = new Set(holders.slice(1, holders.length - MOST + 1));
  return { body: without(removed, body) as Json, isChanged: true };
}

const marked = (blocks: readonly unknown[]): Json[] =>
  blocks
    .filter(isJson)
    .flatMap((block) => [
      ...(isJson(block.cache_control) ? [block] : []),
      ...(block.type === 'tool_result' ? marked(listAt(block, 'content')) : []),
    ]);

const inMessages = (body: Json): Json[] =>
  listAt(body, 'messages').flatMap((message) => (isJson(message) ? marked(listAt(message, 'content')) : []));

function without(removed: ReadonlySet<Json>, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((it) => without(removed, it));
  if (!isJson(value)) return value;
  const { cache_control: _, ...rest } = value;
  const kept = removed.has(value) ? rest : value;
  return 'content' in kept || 'messages' in kept || 'tools' in kept
    ? Object.fromEntries(
        Object.entries(kept).map(([key, member]) => [
          key,
          HOLDERS.has(key) ? without(removed, member) : member,
        ]),
      )
    : kept;
}

const HOLDERS = new Set(['messages', 'content', 'tools', 'system']);
