import type { ModelEvent } from '../../../form/events.ts';
import type { Json } from '../../../form/json.ts';
import { residueFor } from '../../../form/provenance.ts';
import type { ModelUsage } from '../../../form/usage.ts';
import type { AnswerContext } from '../../client-dialect.ts';
import { partsOfResidue } from '../residue.ts';
import { writeUsage } from '../usage.ts';

/** What is the same in every chunk is text from the start on: a chunk costs no more than its delta. */
export class ChunkWriter {
  readonly #context: AnswerContext;
  #head = '';
  /** With all that a provider says once, for the first chunk. */
  #first: string | null = null;
  #fields: Json = {};
  readonly #tail: string;
  #hasRole = false;

  constructor(context: AnswerContext) {
    this.#context = context;
    // With usage asked for, every chunk before the last has the field (spec/providers 4.3).
    this.#tail = context.request.includeUsage ? ',"usage":null}\n\n' : '}\n\n';
  }

  start({ id, model, created, residue }: Extract<ModelEvent, { kind: 'start' }>): void {
    const { answer } = partsOfResidue(residueFor('openai-chat', residue));
    const identity = {
      id: id ?? this.#context.newId('chatcmpl-'),
      object: 'chat.completion.chunk',
      created: created ?? this.#context.now,
      model: model ?? this.#context.model,
    };
    this.#fields = { ...scalarsOf(answer), ...identity };
    this.#head = headOf(this.#fields);
    this.#first = headOf({ ...answer, ...identity });
  }

  /** Nothing when the role was written before. */
  role(content: '' | null): string {
    if (this.#hasRole) return '';
    this.#hasRole = true;
    return this.chunk({ role: 'assistant', content, refusal: null });
  }

  chunk(delta: Json, logprobs: Json | null = null): string {
    const said = logprobs === null ? 'null' : JSON.stringify(logprobs);
    const head = this.#first ?? this.#head;
    this.#first = null;
    return `${head}{"index":0,"delta":${JSON.stringify(delta)},"logprobs":${said},"finish_reason":null}]${this.#tail}`;
  }

  /** @param answer what the provider says beside its choices only now. */
  finish(choice: Json, answer: Json): string {
    const head = headOf({ ...answer, ...this.#fields });
    return `${head}${JSON.stringify({ index: 0, delta: {}, logprobs: null, ...choice })}]${this.#tail}`;
  }

  /** Nothing when the client did not ask, or the provider did not tell. */
  usage(usage: ModelUsage | null): string {
    if (!this.#context.request.includeUsage || !usage) return '';
    return `${this.#head}],"usage":${JSON.stringify(writeUsage(usage))}}\n\n`;
  }
}

const headOf = (fields: Json) => `data: ${JSON.stringify(fields).slice(0, -1)},"choices":[`;

/** A fingerprint or a tier stands in every chunk; lists (a prompt's filter results, sources) would only repeat. */
const scalarsOf = (answer: Json): Json =>
  Object.fromEntries(Object.entries(answer).filter(([, value]) => typeof value !== 'object'));
