import type { ModelEvent } from '../../../form/events.ts';
import { child, isJson, type Json, listAt, numberAt, textAt } from '../../../form/json.ts';
import { isModelError, type ModelError } from '../../../form/model-error.ts';
import type { Residue } from '../../../form/provenance.ts';
import type { Finish } from '../../../form/response.ts';
import type { DecodeContext } from '../../provider-dialect.ts';
import { readErrorBody } from '../../upstream-error.ts';
import { readFinish } from '../finish.ts';
import { readUsage } from '../usage.ts';
import { markedCitations } from './citation-marks.ts';
import type { ChatDeviations } from './deviations.ts';
import { keepRest } from './keep-rest.ts';
import { MessageReader } from './message-reader.ts';

const CHOICE = new Set(['index', 'message', 'delta', 'finish_reason', 'logprobs', 'usage']);
/** `obfuscation` is padding (spec/providers 4.3). */
const ANSWER = new Set(['id', 'object', 'created', 'model', 'choices', 'usage', 'obfuscation', 'error']);

/**
 * Reads chat answers, a chunk at a time or whole, which is one chunk. Never throws: what is not as expected is as if it
 * were not there. The end waits for the stream's own, because usage, or an error, may follow the finish reason
 * (spec/providers 2.1).
 */
export class AnswerReader {
  readonly #deviations: ChatDeviations;
  readonly #message: MessageReader;
  #events: ModelEvent[] = [];
  #isStarted = false;
  #isOver = false;
  #identity: { id: string | null; model: string | null; created: number | null } = {
    id: null,
    model: null,
    created: null,
  };
  #rawFinish: string | null = null;
  #usage: Json | null = null;
  /** What the form has no field for, by its place. */
  readonly #answer: Record<string, unknown> = {};
  readonly #choice: Record<string, unknown> = {};

  constructor(context: DecodeContext, deviations: ChatDeviations) {
    this.#deviations = deviations;
    this.#message = new MessageReader(
      context,
      deviations.repeatsReasoning,
      (event) => this.#events.push(event),
      (text) => (deviations.citationMarks ? markedCitations(text, this.#answer) : []),
    );
  }

  /** The events since the last call. */
  take(): readonly ModelEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** @param value a parsed event, of any shape. */
  read(value: unknown): void {
    if (this.#isOver) return;
    const choices = isJson(value) ? value.choices : undefined;
    if (!isJson(value) || !Array.isArray(choices) || (value.error ?? null) !== null) {
      const error = readErrorBody(value, null);
      if (error) this.fail(error);
      // Usage may come without any `choices`.
      else if (isJson(value)) this.#readFacts(value);
      return;
    }
    this.#readFacts(value);
    const choice: unknown = choices[0];
    if (!isJson(choice)) return;
    this.#start();
    this.#readChoice(choice);
    // Perplexity's last chunk; it sends no `[DONE]`.
    if (value.object === 'chat.completion.done') this.done();
  }

  /** The provider said that this was all. */
  done(): void {
    this.#end(this.#rawFinish !== null || !this.#message.isEmpty || this.#message.hasCalls);
  }

  /** The answer is over, whether or not the provider said so. */
  close(): void {
    this.#end(this.#rawFinish !== null);
  }

  /** A whole answer is over in any case: its end is the body's. */
  closeWhole(): void {
    this.#end(this.#isStarted);
  }

  fail(error: ModelError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.push({ kind: 'failed', error });
  }

  #readFacts(chunk: Json): void {
    const { id, model, created } = this.#identity;
    if (!this.#isStarted)
      this.#identity = {
        id: id ?? (textAt(chunk, 'id') || null),
        model: model ?? (textAt(chunk, 'model') || null),
        created: created ?? (numberAt(chunk, 'created') || null),
      };
    this.#usage = child(chunk, 'usage') ?? child(child(chunk, 'x_groq'), 'usage') ?? this.#usage;
    keepRest(chunk, ANSWER, this.#answer);
  }

  #start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const residue = residueOrNothing({ ...this.#answer });
    this.#events.push({ kind: 'start', ...this.#identity, ...residue });
  }

  #readChoice(choice: Json): void {
    // A whole answer to a request for a stream has its message here.
    const message = child(choice, 'delta') ?? (this.#message.isEmpty ? child(choice, 'message') : null);
    if (message) this.#message.read(message, listAt(child(choice, 'logprobs'), 'content'));
    this.#rawFinish = textAt(choice, 'finish_reason') ?? this.#rawFinish;
    this.#usage = child(choice, 'usage') ?? this.#usage;
    keepRest(choice, CHOICE, this.#choice);
  }

  #end(isComplete: boolean): void {
    if (this.#isOver) return;
    if (!isComplete) {
      this.fail(UNFINISHED);
      return;
    }
    this.#start();
    if (!this.#message.finish()) {
      this.fail(NAMELESS);
      return;
    }
    const usage = this.#usage && readUsage(this.#usage, this.#deviations);
    const finish = this.#finish();
    if (isModelError(finish)) {
      this.fail(finish);
      return;
    }
    this.#isOver = true;
    if (usage) this.#events.push({ kind: 'usage', usage });
    this.#events.push({ kind: 'end', finish, ...this.#endResidue() });
  }

  #finish(): (Finish & { readonly kind?: never }) | ModelError {
    const finish = readFinish(this.#rawFinish, {
      calls: this.#message.hasCalls,
      refusal: this.#message.hasRefusal,
    });
    if ('kind' in finish || finish.reason !== 'blocked-output') return finish;
    const details = child(this.#choice, 'content_filter_results');
    return details ? { ...finish, details } : finish;
  }

  #endResidue(): { readonly residue?: Residue } {
    const { rest } = this.#message;
    const message = Object.keys(rest).length > 0 ? { message: rest } : {};
    const inside = { ...this.#choice, ...message };
    const choices = Object.keys(inside).length > 0 ? { choices: [inside] } : {};
    return residueOrNothing({ ...this.#answer, ...choices });
  }
}

const residueOrNothing = (value: Json): { readonly residue?: Residue } =>
  Object.keys(value).length > 0 ? { residue: { dialect: 'openai-chat', value } } : {};

const failure = (errorClass: ModelError['class'], message: string): ModelError => ({
  kind: 'error',
  class: errorClass,
  message,
  status: 502,
  code: null,
  parameter: null,
  raw: null,
});

const UNFINISHED = failure('upstream', 'The provider ended its answer without saying that it was complete.');
const NAMELESS = failure('malformed-tool-call', 'The model made a tool call without a name.');
