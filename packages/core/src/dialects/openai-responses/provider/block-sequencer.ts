import type { AssistantBlock } from '../../../form/blocks.ts';
import type { BlockDelta, BlockStart, ModelEvent } from '../../../form/events.ts';
import type { Residue } from '../../../form/provenance.ts';
import { unfoldBlock } from '../../../form/unfold-response.ts';

/** One block on its way into the stream of events. */
export interface Lane {
  delta(delta: BlockDelta): void;
  /** Once; what comes after it is lost. */
  end(residue?: Residue): void;
}

interface OpenLane extends Lane {
  readonly start: BlockStart;
  readonly residue: Residue | undefined;
  begin(): void;
}

/**
 * Brings blocks of items that a provider may interleave into the grammar of `ModelEvent`: a block that may begin passes at
 * once, one that may not waits with everything of it until those before it are closed. Nothing is lost and nothing else is
 * held back.
 */
export class BlockSequencer {
  readonly #emit: (event: ModelEvent) => void;
  readonly #open = new Set<OpenLane>();
  #waiting: OpenLane[] = [];
  #count = 0;

  constructor(emit: (event: ModelEvent) => void) {
    this.#emit = emit;
  }

  open(start: BlockStart, residue: Residue | undefined): Lane {
    const lane = this.#lane(start, residue);
    if (this.#waiting.length === 0 && this.#mayBegin(lane)) this.#begin(lane);
    else this.#waiting.push(lane);
    return lane;
  }

  /** A block that came in one piece. */
  whole(block: AssistantBlock): void {
    const events = unfoldBlock(block, 0);
    const [start] = events;
    if (start?.kind !== 'block-start') return;
    const lane = this.open(start.block, block.residue);
    for (const event of events) if (event.kind === 'delta') lane.delta(event.delta);
    lane.end(block.residue);
  }

  /** Ends everything, in order; what waited begins, and so ends too, as what is before it ends. */
  end(): void {
    for (const lane of this.#open) lane.end();
  }

  #mayBegin(lane: OpenLane): boolean {
    if (this.#open.size === 0) return true;
    return (
      lane.start.kind === 'tool-call' && [...this.#open].every(({ start }) => start.kind === 'tool-call')
    );
  }

  #begin(lane: OpenLane): void {
    this.#open.add(lane);
    lane.begin();
  }

  #drain(): void {
    for (let lane = this.#waiting[0]; lane && this.#mayBegin(lane); lane = this.#waiting[0]) {
      this.#waiting = this.#waiting.slice(1);
      this.#begin(lane);
    }
  }

  #lane(start: BlockStart, residue: Residue | undefined): OpenLane {
    let index: number | null = null;
    let isEnded = false;
    let endResidue: Residue | undefined;
    let held: BlockDelta[] = [];
    const finish = (at: number) => {
      this.#emit({ kind: 'block-end', index: at, ...(endResidue ? { residue: endResidue } : {}) });
      this.#open.delete(lane);
    };
    const lane: OpenLane = {
      start,
      residue,
      begin: () => {
        index = this.#count;
        this.#count += 1;
        this.#emit({ kind: 'block-start', index, block: start, ...(residue ? { residue } : {}) });
        for (const delta of held) this.#emit({ kind: 'delta', index, delta });
        held = [];
        if (isEnded) finish(index);
      },
      delta: (delta) => {
        if (isEnded) return;
        if (index === null) held.push(delta);
        else this.#emit({ kind: 'delta', index, delta });
      },
      end: (last) => {
        if (isEnded) return;
        isEnded = true;
        endResidue = last;
        if (index === null) return;
        finish(index);
        this.#drain();
      },
    };
    return lane;
  }
}
