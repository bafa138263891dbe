import type { ModelEvent } from './events.ts';

interface GrammarCheck {
  /** What the event breaks; null when it may come here. */
  next(event: ModelEvent): string | null;
}

/** Holds a stream of events against the grammar (see {@link ModelEvent}). */
function grammarCheck(): GrammarCheck {
  const open = new Map<number, string>();
  const withoutArguments = new Set<number>();
  let started = false;
  let ended = false;
  let hasUsage = false;
  let next = 0;

  const blockStart = ({ index, block }: Extract<ModelEvent, { kind: 'block-start' }>) => {
    if (index !== next) return `block ${index} begins where block ${next} is due`;
    const mayOverlap = block.kind === 'tool-call' && [...open.values()].every((kind) => kind === 'tool-call');
    if (open.size > 0 && !mayOverlap) return `a ${block.kind} block begins while another is open`;
    open.set(index, block.kind);
    // The free text of a custom tool may be empty.
    if (block.kind === 'tool-call' && !block.custom) withoutArguments.add(index);
    next += 1;
    return null;
  };

  const delta = ({ index, delta: { kind } }: Extract<ModelEvent, { kind: 'delta' }>) => {
    const block = open.get(index);
    if (kind === 'arguments') withoutArguments.delete(index);
    if (block === undefined) return `a delta for block ${index}, which is not open`;
    const allowed: Readonly<Record<string, readonly string[]>> = {
      text: ['text', 'citation'],
      reasoning: ['text', 'proof'],
      refusal: ['text'],
      'tool-call': ['arguments', 'proof'],
    };
    return allowed[block]?.includes(kind) ? null : `a ${kind} delta in a ${block} block`;
  };

  const blockEnd = ({ index }: Extract<ModelEvent, { kind: 'block-end' }>) => {
    if (!open.delete(index)) return `the end of block ${index}, which is not open`;
    return withoutArguments.has(index) ? `the end of call ${index}, which has no arguments` : null;
  };

  return {
    next(event) {
      if (ended) return `${event.kind} after the end`;
      if (event.kind === 'failed') {
        ended = true;
        return null;
      }
      if (event.kind === 'start') {
        if (started) return 'a second start';
        started = true;
        return null;
      }
      if (!started) return `${event.kind} before the start`;
      if (hasUsage && event.kind !== 'end') return `${event.kind} after usage`;
      switch (event.kind) {
        case 'block-start':
          return blockStart(event);
        case 'delta':
          return delta(event);
        case 'block-end':
          return blockEnd(event);
        case 'usage':
          hasUsage = true;
          return open.size > 0 ? 'usage while a block is open' : null;
        case 'end':
          ended = true;
          return open.size > 0 ? 'the end while a block is open' : null;
      }
    },
  };
}

/** Everything that a whole stream breaks; a stream without an end breaks that rule too. */
export function grammarFaults(events: readonly ModelEvent[]): string[] {
  const check = grammarCheck();
  const faults = events.map((event) => check.next(event)).filter((fault) => fault !== null);
  const last = events.at(-1)?.kind;
  return last === 'end' || last === 'failed' ? faults : [...faults, 'no end'];
}
