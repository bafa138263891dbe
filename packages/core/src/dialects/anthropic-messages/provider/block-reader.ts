import type { BlockDelta, BlockStart, ModelEvent } from '../../../form/events.ts';
import { isJson, type Json, parseJson, textAt } from '../../../form/json.ts';
import type { DecodeContext } from '../../provider-dialect.ts';
import { readCitation } from '../citations.ts';
import {
  argumentsOf,
  blockResidue,
  callHead,
  citationsOf,
  isOutputCall,
  opaqueBlock,
  redactedBlock,
  signature,
} from './decode-block.ts';

/**
 * What a block's deltas add to. `output`: our own tool, whose input is the answer's text. `opaque`: held back until it is
 * whole. `redacted`: whole from its beginning.
 */
type Kind = 'text' | 'thinking' | 'call' | 'output' | 'opaque' | 'redacted';

interface Reading {
  readonly kind: Kind;
  readonly block: Json;
  /** Ours; null until it has content. */
  index: number | null;
  hasContent: boolean;
  isOpen: boolean;
  /** Of an opaque block. */
  readonly input: string[];
  readonly added: Map<string, string>;
}

/** The blocks of one answer: each begins at its first content, and ends before the next begins unless both are calls. */
export class BlockReader {
  readonly #context: DecodeContext;
  readonly #emit: (event: ModelEvent) => void;
  /** By the upstream's own number, whatever it is. */
  readonly #readings = new Map<unknown, Reading>();
  /** Texts beside an answer that shall be JSON: they are part of it only if our own tool is not used. */
  #held: { readonly reading: Reading; readonly deltas: BlockDelta[] }[] = [];
  #next = 0;
  #hasCalls = false;
  #hasOutput = false;

  constructor(context: DecodeContext, emit: (event: ModelEvent) => void) {
    this.#context = context;
    this.#emit = emit;
  }

  /** The answer holds calls of the caller's own tools. */
  get hasCalls(): boolean {
    return this.#hasCalls;
  }

  start(at: unknown, block: Json): void {
    if (this.#readings.get(at)?.isOpen) return;
    const kind = this.#kindOf(block);
    this.#closeBefore(kind);
    const reading: Reading = {
      kind,
      block,
      index: null,
      hasContent: false,
      isOpen: true,
      input: [],
      added: new Map(),
    };
    this.#readings.set(at, reading);
    this.#readStart(reading);
  }

  /** Whether the delta could be placed: a piece of a call that has ended can not, and must not be lost in silence. */
  delta(at: unknown, delta: Json): boolean {
    const reading = this.#readings.get(at) ?? this.#begunBy(at, delta);
    if (reading?.isOpen) this.#add(reading, delta);
    return reading?.isOpen !== false || reading.kind !== 'call' || !textAt(delta, 'partial_json');
  }

  stop(at: unknown): void {
    const reading = this.#readings.get(at);
    if (reading?.isOpen) this.#close(reading);
  }

  /** The answer is over. */
  close(): void {
    for (const reading of this.#readings.values()) if (reading.isOpen) this.#close(reading);
    this.#release();
  }

  #kindOf(block: Json): Kind {
    switch (block.type) {
      case 'text':
      case 'thinking':
        return block.type;
      case 'redacted_thinking':
        return 'redacted';
      case 'tool_use':
        return isOutputCall(block, this.#context) ? 'output' : 'call';
      default:
        return 'opaque';
    }
  }

  /** Some servers forget to end a block. Only calls may stay open together. */
  #closeBefore(kind: Kind): void {
    for (const reading of this.#readings.values())
      if (reading.isOpen && (kind !== 'call' || reading.kind !== 'call')) this.#close(reading);
  }

  #close(reading: Reading): void {
    const isCall = reading.kind === 'call' || reading.kind === 'output';
    if (isCall && !reading.hasContent) this.#arguments(reading, argumentsOf(reading.block.input));
    reading.isOpen = false;
    if (reading.kind === 'opaque') this.#whole(opaqueOf(reading));
    if (reading.index !== null) this.#emit({ kind: 'block-end', index: reading.index });
  }

  /** What stands in a block from its beginning: nothing with Anthropic, all of it with some others. */
  #readStart(reading: Reading): void {
    const { block } = reading;
    switch (reading.kind) {
      case 'text':
        this.#text(reading, textAt(block, 'text'));
        for (const citation of citationsOf(block)) this.#write(reading, { kind: 'citation', citation });
        break;
      case 'thinking':
        this.#text(reading, textAt(block, 'thinking'));
        this.#sign(reading, textAt(block, 'signature'));
        break;
      case 'redacted':
        this.#whole(redactedBlock(block));
        break;
      case 'call':
        this.#release();
        this.#hasCalls = true;
        this.#open(reading, { kind: 'tool-call', ...callHead(block, this.#context) });
        break;
      case 'output':
        this.#hasOutput = true;
        break;
      case 'opaque':
    }
  }

  /** Held texts pass where the turn is one of calls, or where our own tool was not used after all. */
  #release(): void {
    const held = this.#hasOutput ? [] : this.#held;
    this.#held = [];
    for (const { reading, deltas } of held) {
      const index = this.#open(reading, { kind: 'text' });
      for (const delta of deltas) this.#emit({ kind: 'delta', index, delta });
      this.#emit({ kind: 'block-end', index });
    }
  }

  #hold(reading: Reading, delta: BlockDelta): void {
    const last = this.#held.at(-1);
    if (last?.reading === reading) last.deltas.push(delta);
    else this.#held.push({ reading, deltas: [delta] });
  }

  /** The block's kind says what a delta is for, not the delta's own type (spec/providers 14, no. 3). */
  #add(reading: Reading, delta: Json): void {
    switch (reading.kind) {
      case 'text':
        this.#text(reading, textAt(delta, 'text'));
        if (isJson(delta.citation))
          this.#write(reading, { kind: 'citation', citation: readCitation(delta.citation) });
        break;
      case 'thinking':
        this.#text(reading, textAt(delta, 'thinking'));
        this.#sign(reading, textAt(delta, 'signature'));
        break;
      case 'call':
      case 'output':
        this.#arguments(reading, textAt(delta, 'partial_json'));
        break;
      case 'opaque':
        addOpaque(reading, delta);
        break;
      case 'redacted':
    }
  }

  /** A delta whose block was never begun begins it, if it tells what it is. */
  #begunBy(at: unknown, delta: Json): Reading | undefined {
    if (textAt(delta, 'text') !== null) this.start(at, { type: 'text' });
    else if (textAt(delta, 'thinking') !== null) this.start(at, { type: 'thinking' });
    return this.#readings.get(at);
  }

  #text(reading: Reading, text: string | null): void {
    if (text) this.#write(reading, { kind: 'text', text });
  }

  #sign(reading: Reading, value: string | null): void {
    if (value) this.#write(reading, { kind: 'proof', proof: signature(value) });
  }

  #arguments(reading: Reading, text: string | null): void {
    if (text) this.#write(reading, { kind: reading.kind === 'output' ? 'text' : 'arguments', text });
  }

  #write(reading: Reading, delta: BlockDelta): void {
    if (reading.kind === 'text' && this.#context.outputTool !== undefined) {
      this.#hold(reading, delta);
      return;
    }
    const index =
      reading.index ?? this.#open(reading, { kind: reading.kind === 'thinking' ? 'reasoning' : 'text' });
    reading.hasContent = true;
    this.#emit({ kind: 'delta', index, delta });
  }

  #open(reading: Reading, block: BlockStart): number {
    const index = this.#next;
    reading.index = index;
    this.#next += 1;
    const residue = reading.kind === 'output' ? {} : blockResidue(reading.block);
    this.#emit({ kind: 'block-start', index, block, ...residue });
    return index;
  }

  #whole(block: Extract<BlockStart, { kind: 'whole' }>['block']): void {
    const index = this.#next;
    this.#next += 1;
    this.#emit({ kind: 'block-start', index, block: { kind: 'whole', block } });
    this.#emit({ kind: 'block-end', index });
  }
}

/** The input of a server tool comes in pieces, a compaction's content too. */
function addOpaque({ input, added }: Reading, delta: Json): void {
  const piece = textAt(delta, 'partial_json');
  if (piece !== null) input.push(piece);
  else
    for (const [key, value] of Object.entries(delta))
      if (key !== 'type' && typeof value === 'string') added.set(key, (added.get(key) ?? '') + value);
}

function opaqueOf({ block, input, added }: Reading) {
  const text = input.join('');
  const grown = [...added].map(([key, value]) => [key, (textAt(block, key) ?? '') + value]);
  return opaqueBlock({
    ...block,
    ...(text === '' ? {} : { input: parseJson(text) ?? text }),
    ...Object.fromEntries(grown),
  });
}
