import { assertNever } from '../../../assert-never.ts';
import type { AssistantBlock, Citation } from '../../../form/blocks.ts';
import type { BlockDelta, BlockStart, ModelEvent } from '../../../form/events.ts';
import type { Json } from '../../../form/json.ts';
import type { Proof } from '../../../form/provenance.ts';
import { residueFor } from '../../../form/provenance.ts';
import { unfoldBlock } from '../../../form/unfold-response.ts';
import type { ModelUsage } from '../../../form/usage.ts';
import type { AnswerContext, StreamEncoder } from '../../client-dialect.ts';
import { writeLogprobs } from '../annotations.ts';
import { writeFinish } from '../finish.ts';
import { writeCallProof, writeDetails } from '../reasoning-details.ts';
import { partsOfResidue } from '../residue.ts';
import { writeUsage } from '../usage.ts';
import { speaksFunctions, writeAnnotations, writeAudio, writeCall, writeImage } from './answer-parts.ts';
import { errorBody } from './encode-error.ts';

type Of<Kind extends ModelEvent['kind']> = Extract<ModelEvent, { kind: Kind }>;

/** `chat.completion.chunk`s (spec/providers 4.3, 13.2). */
export const encodeStream = (context: AnswerContext): StreamEncoder => new ChatStream(context);

/** What is known of an open block. */
interface Open {
  readonly kind: BlockStart['kind'];
  /** Of a call: its number among the calls. */
  readonly ordinal: number;
  readonly custom: boolean;
  /** Of a text: where it begins in the message's text. */
  readonly start: number;
  readonly citations: Citation[];
  text: string;
  proof: Proof | undefined;
  hasArguments: boolean;
}

class ChatStream implements StreamEncoder {
  readonly #context: AnswerContext;
  readonly #isOld: boolean;
  /** Every chunk up to its `delta`, and after its choice. */
  #head = '';
  #tail = '}\n\n';
  #hasRole = false;
  #isOwn = false;
  #calls = 0;
  #textLength = 0;
  #refused = false;
  readonly #open = new Map<number, Open>();
  readonly #details: unknown[] = [];
  #usage: ModelUsage | null = null;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#isOld = speaksFunctions(context.request);
  }

  write(event: ModelEvent): string {
    switch (event.kind) {
      case 'start':
        return this.#start(event);
      case 'block-start':
        return this.#blockStart(event);
      case 'delta':
        return this.#delta(event.index, event.delta);
      case 'block-end':
        return this.#blockEnd(event.index);
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'end':
        return this.#end(event);
      case 'failed':
        // No `[DONE]` after it: the answer is not complete, and no client shall think so.
        return `data: ${JSON.stringify(errorBody(event.error))}\n\n`;
      default:
        return assertNever(event);
    }
  }

  /** The role waits for the first block: only then is it known whether there is any content. */
  #start({ id, model, created, residue }: Of<'start'>): string {
    const { answer } = partsOfResidue(residueFor('openai-chat', residue));
    const fields = {
      ...answer,
      id: id ?? this.#context.newId('chatcmpl-'),
      object: 'chat.completion.chunk',
      created: created ?? this.#context.now,
      model: model ?? this.#context.model,
    };
    this.#isOwn = residue?.dialect === 'openai-chat';
    this.#head = `data: ${JSON.stringify(fields).slice(0, -1)},"choices":[`;
    // With usage asked for, every chunk before the last has the field (spec/providers 4.3).
    if (this.#context.request.includeUsage) this.#tail = ',"usage":null}\n\n';
    return '';
  }

  #chunk(delta: Json, logprobs: Json | null = null): string {
    const said = logprobs === null ? 'null' : JSON.stringify(logprobs);
    return `${this.#head}{"index":0,"delta":${JSON.stringify(delta)},"logprobs":${said},"finish_reason":null}]${this.#tail}`;
  }

  #role(content: '' | null): string {
    if (this.#hasRole) return '';
    this.#hasRole = true;
    return this.#chunk({ role: 'assistant', content, refusal: null });
  }

  #blockStart({ index, block, residue }: Of<'block-start'>): string {
    if (block.kind === 'whole') return this.#whole(index, block.block);
    const role = this.#role(block.kind === 'text' ? '' : null);
    const isCall = block.kind === 'tool-call';
    const ordinal = isCall ? this.#calls++ : 0;
    this.#open.set(index, {
      kind: block.kind,
      ordinal,
      custom: isCall && block.custom === true,
      start: this.#textLength,
      citations: [],
      text: '',
      proof: undefined,
      hasArguments: false,
    });
    if (block.kind === 'refusal') this.#refused = true;
    if (!isCall) return role;
    if (this.#isOld) {
      const begin = { function_call: { name: block.name, arguments: '' } };
      return ordinal === 0 ? role + this.#chunk(begin) : role;
    }
    const call = writeCall({ ...block, arguments: '', ...(residue ? { residue } : {}) });
    return role + this.#chunk({ tool_calls: [{ index: ordinal, ...call }] });
  }

  #whole(index: number, block: AssistantBlock): string {
    switch (block.kind) {
      case 'image': {
        const image = writeImage(block);
        return image ? this.#role(null) + this.#chunk({ images: [image] }) : '';
      }
      case 'audio': {
        const audio = writeAudio(block, this.#context);
        return audio ? this.#role(null) + this.#chunk({ audio }) : '';
      }
      // What the format has no words for (spec/providers 13.5).
      case 'file':
      case 'opaque':
        return '';
      default: {
        const events = unfoldBlock(block, index);
        return events
          .slice(0, -1)
          .map((event) => this.write(event))
          .join('');
      }
    }
  }

  #delta(index: number, delta: BlockDelta): string {
    const open = this.#open.get(index);
    if (!open) return '';
    switch (delta.kind) {
      case 'text':
        return this.#text(open, delta);
      case 'arguments':
        open.hasArguments = true;
        return this.#arguments(open, delta.text);
      case 'citation':
        open.citations.push(delta.citation);
        return '';
      case 'proof':
        return this.#proof(open, delta.proof);
      default:
        return assertNever(delta);
    }
  }

  #text(open: Open, { text, logprobs }: Extract<BlockDelta, { kind: 'text' }>): string {
    if (open.kind === 'reasoning') {
      open.text += text;
      return this.#chunk({ reasoning_content: text });
    }
    if (open.kind === 'refusal') return this.#chunk({ refusal: text });
    this.#textLength += text.length;
    return this.#chunk(
      { content: text },
      logprobs ? { content: writeLogprobs(logprobs), refusal: null } : null,
    );
  }

  #arguments({ ordinal, custom }: Open, text: string): string {
    if (this.#isOld) return ordinal === 0 ? this.#chunk({ function_call: { arguments: text } }) : '';
    const piece = custom ? { custom: { input: text } } : { function: { arguments: text } };
    return this.#chunk({ tool_calls: [{ index: ordinal, ...piece }] });
  }

  #proof(open: Open, proof: Proof): string {
    open.proof = proof;
    const carried = writeCallProof(open.kind === 'tool-call' ? proof : undefined);
    const isNothing = Object.keys(carried).length === 0 || this.#isOld;
    return isNothing ? '' : this.#chunk({ tool_calls: [{ index: open.ordinal, ...carried }] });
  }

  #blockEnd(index: number): string {
    const open = this.#open.get(index);
    if (!open) return '';
    this.#open.delete(index);
    if (open.kind === 'tool-call') return open.hasArguments || open.custom ? '' : this.#arguments(open, '{}');
    if (open.kind === 'reasoning') {
      this.#details.push(...writeDetails({ text: open.text, ...(open.proof ? { proof: open.proof } : {}) }));
      return '';
    }
    const annotations = writeAnnotations(open.citations, open.start, this.#textLength - open.start);
    return annotations.length > 0 ? this.#chunk({ annotations }) : '';
  }

  #end({ finish, residue }: Of<'end'>): string {
    const reason = writeFinish(finish.reason, this.#refused);
    const choice = {
      logprobs: null,
      ...partsOfResidue(residueFor('openai-chat', residue)).choice,
      index: 0,
      delta: {},
      finish_reason: this.#isOld && reason === 'tool_calls' ? 'function_call' : reason,
      ...(this.#isOwn || finish.raw === null ? {} : { native_finish_reason: finish.raw }),
    };
    return [
      this.#role(''),
      // All in one chunk: some clients append the lists of several, some keep the last.
      this.#details.length > 0 ? this.#chunk({ reasoning_details: this.#details }) : '',
      `${this.#head}${JSON.stringify(choice)}]${this.#tail}`,
      this.#usageChunk(),
      'data: [DONE]\n\n',
    ].join('');
  }

  #usageChunk(): string {
    if (!this.#context.request.includeUsage || !this.#usage) return '';
    return `${this.#head}],"usage":${JSON.stringify(writeUsage(this.#usage))}}\n\n`;
  }
}
