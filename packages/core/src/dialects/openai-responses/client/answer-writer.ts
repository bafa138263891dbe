import { assertNever } from '../../../assert-never.ts';
import type { AssistantBlock } from '../../../form/blocks.ts';
import type { ModelEvent } from '../../../form/events.ts';
import { type Json, textAt } from '../../../form/json.ts';
import type { ModelError } from '../../../form/model-error.ts';
import type { Proof, Residue } from '../../../form/provenance.ts';
import { residueFor } from '../../../form/provenance.ts';
import type { FinishReason } from '../../../form/response.ts';
import type { ModelUsage } from '../../../form/usage.ts';
import type { AnswerContext } from '../../client-dialect.ts';
import { writeFinish } from '../finish.ts';
import { messageRest } from '../read-items.ts';
import { blockResidue, DIALECT, itemMembers } from '../residue.ts';
import { writeUsage } from '../usage.ts';
import { CallItem } from './call-item.ts';
import { CallQueue, type CallStart } from './call-queue.ts';
import { echoOf } from './echo.ts';
import { errorWords } from './encode-error.ts';
import { foreignParts, MessageItem } from './message-item.ts';
import { type Emit, type ItemPlace, type ItemStatus, type OutputItem, WholeItem } from './output-item.ts';
import { ReasoningItem } from './reasoning-item.ts';

const TAKEN_AWAY: readonly FinishReason[] = ['refusal', 'blocked-output', 'blocked-prompt'];

type Event<K extends ModelEvent['kind']> = Extract<ModelEvent, { kind: K }>;

/**
 * Writes one answer as events and, at its end, as a whole (spec/providers 5.3, 13.3). One item is open at a time; it is
 * done when the next begins or the answer ends, because only then its status is known. Neighbouring texts are parts of one
 * message; a text after anything else begins a new one.
 */
export class AnswerWriter {
  readonly #context: AnswerContext;
  readonly #emit: Emit;
  readonly #calls = new CallQueue({
    begin: (start, residue) => this.#beginCall(start, residue),
    prove: (callId, proof) => this.#prove(callId, proof),
  });
  readonly #output: Json[] = [];
  readonly #ids = new Set<string>();
  #current: OutputItem | null = null;
  #start: Event<'start'> | null = null;
  #id = '';
  #usage: ModelUsage | null = null;
  #hasRefusal = false;
  /** As the last event told it. */
  #told: Json = {};

  constructor(context: AnswerContext, emit: Emit) {
    this.#context = context;
    this.#emit = emit;
  }

  /** The answer as it stands: whole after the end. */
  get response(): Json {
    return this.#told;
  }

  write(event: ModelEvent): void {
    switch (event.kind) {
      case 'start':
        this.#begin(event);
        return;
      case 'block-start':
        this.#openBlock(event);
        return;
      case 'delta':
        this.#addTo(event);
        return;
      case 'block-end':
        this.#closeBlock(event);
        return;
      case 'usage':
        this.#usage = event.usage;
        return;
      case 'end':
        this.#end(event);
        return;
      case 'failed':
        this.#fail(event.error);
        return;
      default:
        assertNever(event);
    }
  }

  #begin(event: Event<'start'>): void {
    this.#start = event;
    this.#usage = event.usage ?? null;
    // An id of another format's answer would be a lie here.
    const isOwn = event.residue?.dialect === DIALECT || event.id?.startsWith('resp_');
    this.#id = (isOwn ? event.id : null) ?? this.#context.newId('resp_');
    this.#tell('response.created', { status: 'in_progress', usage: null });
    this.#tell('response.in_progress', { status: 'in_progress', usage: null });
  }

  #openBlock({ index, block, residue }: Event<'block-start'>): void {
    switch (block.kind) {
      case 'text':
      case 'refusal':
        if (block.kind === 'refusal') this.#hasRefusal = true;
        this.#message(residue).open(block.kind, residue);
        return;
      case 'reasoning':
        this.#open(new ReasoningItem(this.#place('rs_', residue), residue));
        return;
      case 'tool-call':
        this.#calls.open(index, block, residue);
        return;
      case 'whole':
        this.#whole(block.block);
        return;
      default:
        assertNever(block);
    }
  }

  #addTo({ index, delta }: Event<'delta'>): void {
    const item = this.#current;
    switch (delta.kind) {
      case 'text':
        if (item instanceof MessageItem) item.text(delta.text, delta.logprobs);
        else if (item instanceof ReasoningItem) item.text(delta.text);
        return;
      case 'citation':
        if (item instanceof MessageItem) item.citation(delta.citation);
        return;
      case 'arguments':
        this.#calls.add(index, delta.text);
        return;
      case 'proof':
        if (item instanceof ReasoningItem) item.proof(delta.proof);
        else this.#calls.prove(index, delta.proof);
        return;
      default:
        assertNever(delta);
    }
  }

  #closeBlock({ index, residue }: Event<'block-end'>): void {
    if (this.#calls.end(index, residue)) return;
    const item = this.#current;
    if (item instanceof MessageItem || item instanceof ReasoningItem) item.close(residue);
  }

  #beginCall(start: CallStart, residue: Residue | undefined): CallItem {
    return this.#open(new CallItem(this.#place(start.custom ? 'ctc_' : 'fc_', residue), residue, start));
  }

  /** Calls have no field for a proof, so it travels as reasoning that names its call (spec/providers 2.9). */
  #prove(callId: string, proof: Proof): void {
    const item = this.#open(new ReasoningItem(this.#place('rs_', undefined), undefined));
    item.proof(proof, callId);
    item.close(undefined);
  }

  #whole(block: AssistantBlock): void {
    switch (block.kind) {
      case 'opaque':
        if (block.dialect === DIALECT) this.#ownItem(block.value);
        return;
      case 'image': {
        if (block.source.kind === 'url') this.#writePart('text', `![](${block.source.url})`);
        if (block.source.kind !== 'data') return;
        const item = {
          type: 'image_generation_call',
          status: 'completed',
          ...itemMembers(block.residue),
          result: block.source.data,
        };
        this.#open(new WholeItem(this.#place('ig_', block.residue), item));
        return;
      }
      case 'audio':
        // This format's answers hold no audio; what is said in it is text.
        if (block.transcript) this.#writePart('text', block.transcript);
        return;
      default:
        return;
    }
  }

  #ownItem(value: Json): void {
    const parts = foreignParts(value);
    if (parts) {
      const { residue } = blockResidue(messageRest(value));
      for (const part of parts) this.#message(residue).whole(part);
    } else this.#open(new WholeItem(this.#place('item_', blockResidue(value).residue), value));
  }

  #writePart(kind: 'text' | 'refusal', text: string): void {
    const message = this.#message(undefined);
    message.open(kind, undefined);
    message.text(text);
    message.close(undefined);
  }

  /** The open message, if a part with this residue belongs to it; else a new one. */
  #message(residue: Residue | undefined): MessageItem {
    const id = textAt(itemMembers(residue), 'id');
    const current = this.#current;
    if (current instanceof MessageItem && (id === null || id === current.id)) return current;
    return this.#open(new MessageItem(this.#place('msg_', residue), residue));
  }

  #open<T extends OutputItem>(item: T): T {
    this.#close('completed');
    this.#current = item;
    item.begin();
    return item;
  }

  #close(status: ItemStatus): void {
    if (this.#current) this.#output.push(this.#current.end(status));
    this.#current = null;
  }

  /** An item keeps its id, but no two items have one: a message that a call interrupted goes on under another. */
  #place(prefix: string, residue: Residue | undefined): ItemPlace {
    const own = textAt(itemMembers(residue), 'id');
    const id = own && !this.#ids.has(own) ? own : this.#context.newId(prefix);
    this.#ids.add(id);
    return { id, index: this.#output.length + (this.#current ? 1 : 0), emit: this.#emit };
  }

  #end({ finish, residue }: Event<'end'>): void {
    // What a provider says of an answer that it took away is for people, who look for it in a refusal.
    if (TAKEN_AWAY.includes(finish.reason) && !this.#hasRefusal && finish.explanation)
      this.#writePart('refusal', finish.explanation);
    const members: Json = {
      ...writeFinish(finish, this.#hasRefusal),
      ...residueFor(DIALECT, this.#start?.residue),
      ...residueFor(DIALECT, residue),
    };
    const isCut = members.status === 'incomplete';
    this.#close(isCut && !(this.#current instanceof WholeItem) ? 'incomplete' : 'completed');
    this.#tell(isCut ? 'response.incomplete' : 'response.completed', members);
  }

  /** What is open is closed as it stands; then both of the words that this format has for a failure. */
  #fail(error: ModelError): void {
    if (!this.#start) this.#begin({ kind: 'start', id: null, model: null, created: null });
    this.#calls.abandon();
    const item = this.#current;
    if (item instanceof MessageItem || item instanceof ReasoningItem) item.close(undefined);
    // A call knows itself whether it came to its end.
    this.#close(item instanceof CallItem ? 'completed' : 'incomplete');
    const { message, type, code, param } = errorWords(error);
    // The type files say flat, the wire says nested (spec/providers 2.6).
    this.#emit('error', { code, message, param, error: { type, code, message, param } });
    this.#tell('response.failed', {
      status: 'failed',
      error: { code: code ?? type, message },
    });
  }

  #tell(type: string, members: Json): void {
    this.#told = this.#answer(members);
    this.#emit(type, { response: this.#told });
  }

  #answer(members: Json): Json {
    const { request, model, now } = this.#context;
    const own = residueFor(DIALECT, this.#start?.residue);
    return {
      ...echoOf(request),
      ...own,
      id: this.#id,
      object: 'response',
      created_at: this.#start?.created ?? now,
      model: this.#start?.model ?? model,
      output: [...this.#output],
      error: null,
      incomplete_details: null,
      usage: this.#usage && writeUsage(this.#usage),
      ...members,
    };
  }
}
