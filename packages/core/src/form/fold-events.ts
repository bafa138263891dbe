import { assertNever } from '../assert-never.ts';
import type { AssistantBlock, Citation, TokenLogprob } from './blocks.ts';
import type { BlockDelta, BlockStart, ModelEvent } from './events.ts';
import type { ModelError } from './model-error.ts';
import type { Proof, Residue } from './provenance.ts';
import type { ModelResponse } from './response.ts';
import type { ModelUsage } from './usage.ts';

interface EventFolder {
  push(event: ModelEvent): void;
  /** The whole answer; an error where the stream failed or has no end yet. */
  result(): ModelResponse | ModelError;
}

function eventFolder(): EventFolder {
  const blocks: OpenBlock[] = [];
  let start: Extract<ModelEvent, { kind: 'start' }> | null = null;
  let usage: ModelUsage | null = null;
  let end: Extract<ModelEvent, { kind: 'end' | 'failed' }> | null = null;
  return {
    push(event) {
      switch (event.kind) {
        case 'start':
          start = event;
          usage = event.usage ?? null;
          return;
        case 'block-start':
          blocks[event.index] = new OpenBlock(event.block, event.residue);
          return;
        case 'delta':
          blocks[event.index]?.add(event.delta);
          return;
        case 'block-end':
          blocks[event.index]?.end(event.residue);
          return;
        case 'usage':
          usage = event.usage;
          return;
        case 'end':
        case 'failed':
          end = event;
          return;
        default:
          assertNever(event);
      }
    },
    result() {
      if (end === null) return UNFINISHED;
      if (end.kind === 'failed') return end.error;
      const residue = mergedResidue(start?.residue, end.residue);
      return {
        id: start?.id ?? null,
        model: start?.model ?? null,
        created: start?.created ?? null,
        blocks: blocks.map((block) => block.whole()),
        finish: end.finish,
        usage,
        ...(residue ? { residue } : {}),
      };
    },
  };
}

/** One streamed answer as a whole one. */
export function foldEvents(events: Iterable<ModelEvent>): ModelResponse | ModelError {
  const folder = eventFolder();
  for (const event of events) folder.push(event);
  return folder.result();
}

const UNFINISHED: ModelError = {
  kind: 'error',
  class: 'upstream',
  message: 'The provider ended its answer without saying that it was complete.',
  status: 502,
  code: null,
  parameter: null,
  raw: null,
};

class OpenBlock {
  readonly #start: BlockStart;
  readonly #pieces: string[] = [];
  readonly #citations: Citation[] = [];
  readonly #logprobs: TokenLogprob[] = [];
  #proof: Proof | undefined;
  #residue: Residue | undefined;

  constructor(start: BlockStart, residue: Residue | undefined) {
    this.#start = start;
    this.#residue = residue;
    if (start.kind === 'tool-call') this.#proof = start.proof;
  }

  add(delta: BlockDelta): void {
    switch (delta.kind) {
      case 'text':
        this.#pieces.push(delta.text);
        for (const token of delta.logprobs ?? []) this.#logprobs.push(token);
        return;
      case 'arguments':
        this.#pieces.push(delta.text);
        return;
      case 'citation':
        this.#citations.push(delta.citation);
        return;
      case 'proof':
        this.#proof = delta.proof;
        return;
      default:
        assertNever(delta);
    }
  }

  end(residue: Residue | undefined): void {
    this.#residue = mergedResidue(this.#residue, residue);
  }

  whole(): AssistantBlock {
    const text = this.#pieces.join('');
    const residue = this.#residue ? { residue: this.#residue } : {};
    const proof = this.#proof ? { proof: this.#proof } : {};
    switch (this.#start.kind) {
      case 'text':
        return {
          kind: 'text',
          text,
          ...(this.#citations.length > 0 ? { citations: this.#citations } : {}),
          ...(this.#logprobs.length > 0 ? { logprobs: this.#logprobs } : {}),
          ...residue,
        };
      case 'reasoning':
        return { kind: 'reasoning', text, ...proof, ...residue };
      case 'refusal':
        return { kind: 'refusal', text, ...residue };
      case 'tool-call': {
        const { id, name, custom } = this.#start;
        return {
          kind: 'tool-call',
          id,
          name,
          arguments: text,
          ...(custom === undefined ? {} : { custom }),
          ...proof,
          ...residue,
        };
      }
      case 'whole':
        return { ...this.#start.block, ...residue };
      default:
        return assertNever(this.#start);
    }
  }
}

function mergedResidue(first: Residue | undefined, last: Residue | undefined): Residue | undefined {
  if (!first || !last) return last ?? first;
  return { dialect: first.dialect, value: { ...first.value, ...last.value } };
}
