import type { ModelEvent } from '../../../form/events.ts';

/**
 * Calls one after another, whatever overlaps upstream: the first open one passes at once, the others wait for its end.
 *
 * The format numbers its calls, so it could interleave them; OpenAI's own client takes a call for whole as soon as a
 * piece of another one comes, and throws when it then parses half of its arguments.
 */
export class CallsInTurn {
  #live: number | null = null;
  readonly #waiting = new Map<number, ModelEvent[]>();

  /** What may be written now. */
  take(event: ModelEvent): readonly ModelEvent[] {
    if (!('index' in event)) return [event];
    const waiting = this.#waiting.get(event.index);
    if (waiting) {
      waiting.push(event);
      return [];
    }
    if (event.kind === 'block-start' && event.block.kind === 'tool-call') {
      if (this.#live !== null) {
        this.#waiting.set(event.index, [event]);
        return [];
      }
      this.#live = event.index;
    }
    if (event.kind !== 'block-end' || event.index !== this.#live) return [event];
    this.#live = null;
    return [event, ...this.#next()];
  }

  /** What waited for the end of the last one: all that have ended too, and the first that has not. */
  #next(): ModelEvent[] {
    const events: ModelEvent[] = [];
    for (const [index, waited] of this.#waiting) {
      this.#waiting.delete(index);
      events.push(...waited);
      if (waited.at(-1)?.kind === 'block-end') continue;
      this.#live = index;
      break;
    }
    return events;
  }
}
