import type { ModelEvent } from '../../../form/events.ts';
import { child, isJson, type Json, listAt, numberAt, parseJson, textAt } from '../../../form/json.ts';
import type { ModelError } from '../../../form/model-error.ts';
import type { DecodeContext, Frame, StreamDecoder } from '../../provider-dialect.ts';
import type { ItemContext } from '../read-items.ts';
import { DIALECT } from '../residue.ts';
import { readAnnotation, readLogprobs } from '../text-parts.ts';
import { readUsage } from '../usage.ts';
import { BlockSequencer } from './block-sequencer.ts';
import { errorIn, errorOf, isFailed } from './decode-error.ts';
import { endOf, itemContext, searchesOf, startRest, unfinished } from './decode-response.ts';
import { StreamedItem } from './streamed-item.ts';

/** Reads the events of spec/providers 5.3. Of a kind that it does not know nothing is lost: the item's end says it all. */
export class ResponsesDecoder implements StreamDecoder {
  readonly #context: ItemContext;
  readonly #blocks = new BlockSequencer((event) => this.#out.push(event));
  readonly #items = new Map<unknown, StreamedItem>();
  #out: ModelEvent[] = [];
  #isStarted = false;
  #isOver = false;
  #hasCalls = false;
  #searches = 0;

  constructor(context: DecodeContext) {
    this.#context = itemContext(context);
  }

  push(frame: Frame): readonly ModelEvent[] {
    if (this.#isOver || frame.kind !== 'sse') return [];
    // A frame that is no JSON object is `[DONE]`, or broken: the end of its item tells its content again.
    const event = parseJson(frame.data);
    if (isJson(event)) this.#read(textAt(event, 'type') ?? frame.name, event);
    return this.#taken();
  }

  end(): readonly ModelEvent[] {
    if (!this.#isOver) this.#fail(unfinished(null));
    return this.#taken();
  }

  #read(type: string, event: Json): void {
    const part = numberAt(event, 'content_index') ?? 0;
    const said = (key: string) => textAt(event, key) ?? '';
    switch (type) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        this.#start(child(event, 'response'));
        return;
      case 'response.completed':
      case 'response.incomplete':
        this.#finish(event, type === 'response.completed' ? 'completed' : 'incomplete');
        return;
      case 'response.failed':
      case 'response.cancelled':
        this.#fail(errorOf(child(event, 'response'), event));
        return;
      case 'response.output_item.added':
        this.#item(event, '');
        return;
      case 'response.output_item.done':
        this.#endItem(this.#item(event, ''), child(event, 'item'));
        return;
      case 'response.output_text.delta':
        this.#item(event, 'message').text(part, said('delta'), readLogprobs(listAt(event, 'logprobs')));
        return;
      case 'response.output_text.done':
        this.#item(event, 'message').fillText('text', part, said('text'));
        return;
      case 'response.output_text.annotation.added': {
        const annotation = child(event, 'annotation');
        if (annotation) this.#item(event, 'message').citation(part, readAnnotation(annotation));
        return;
      }
      case 'response.refusal.delta':
        this.#item(event, 'message').refusal(part, said('delta'));
        return;
      case 'response.refusal.done':
        this.#item(event, 'message').fillText('refusal', part, said('refusal'));
        return;
      case 'response.reasoning_summary_text.delta':
        this.#item(event, 'reasoning').reasoning(
          'summary',
          numberAt(event, 'summary_index') ?? 0,
          said('delta'),
        );
        return;
      case 'response.reasoning_text.delta':
        this.#item(event, 'reasoning').reasoning('content', part, said('delta'));
        return;
      case 'response.function_call_arguments.delta':
        this.#item(event, 'function_call').arguments(said('delta'));
        return;
      case 'response.function_call_arguments.done':
        this.#item(event, 'function_call').fillArguments(said('arguments'), textAt(event, 'name'));
        return;
      case 'response.custom_tool_call_input.delta':
        this.#item(event, 'custom_tool_call').arguments(said('delta'));
        return;
      case 'response.custom_tool_call_input.done':
        this.#item(event, 'custom_tool_call').fillArguments(said('input'), null);
        return;
      default: {
        // An error may come in any format's shape, with a type or without.
        const error = type.startsWith('response.') ? null : errorIn(event);
        if (error) this.#fail(error);
      }
    }
  }

  #start(response: Json | null): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#out.push({
      kind: 'start',
      id: textAt(response, 'id'),
      model: textAt(response, 'model'),
      created: numberAt(response, 'created_at'),
      ...startRest(response),
    });
  }

  #fail(error: ModelError): void {
    this.#isOver = true;
    this.#out.push({ kind: 'failed', error });
  }

  /** The item that an event is about: by its place, else by its id. Some relays do not announce it. */
  #item(event: Json, type: string): StreamedItem {
    const id = textAt(event, 'item_id');
    const item = child(event, 'item') ?? { type, ...(id === null ? {} : { id }) };
    const key = event.output_index ?? item.id;
    return this.#items.get(key) ?? this.#add(key, item);
  }

  #add(key: unknown, item: Json): StreamedItem {
    this.#start(null);
    const added = new StreamedItem(item, this.#blocks, this.#context);
    this.#items.set(key, added);
    return added;
  }

  #endItem(streamed: StreamedItem, item: Json | null): void {
    if (streamed.isDone) return;
    streamed.end(item);
    if (streamed.isCall) this.#hasCalls = true;
    this.#searches += searchesOf(streamed.item);
  }

  /** The last event tells all items again; behind some relays it tells none. */
  #finish(event: Json, status: string): void {
    const response: Json = { status, ...child(event, 'response') };
    if (isFailed(response)) {
      this.#fail(errorOf(response, event));
      return;
    }
    this.#start(response);
    for (const [index, item] of listAt(response, 'output').entries())
      if (isJson(item)) this.#endItem(this.#found(index, item), item);
    for (const item of this.#items.values()) this.#endItem(item, null);
    this.#blocks.end();
    const usage = readUsage(child(response, 'usage'), searchesOf(response) || this.#searches);
    if (usage) this.#out.push({ kind: 'usage', usage });
    this.#isOver = true;
    const { finish, rest } = endOf(response, this.#hasCalls);
    this.#out.push({
      kind: 'end',
      finish,
      ...(rest ? { residue: { dialect: DIALECT, value: rest } } : {}),
    });
  }

  /** Which of the streamed items it is; relays renumber them or give them other ids at the end. */
  #found(index: number, item: Json): StreamedItem {
    const there = this.#items.get(index);
    if (there?.item.type === item.type) return there ?? this.#add(index, item);
    const same = [...this.#items.values()].find((it) => it.item.id !== undefined && it.item.id === item.id);
    return same ?? there ?? this.#add(index, item);
  }

  #taken(): readonly ModelEvent[] {
    const events = this.#out;
    this.#out = [];
    return events;
  }
}
