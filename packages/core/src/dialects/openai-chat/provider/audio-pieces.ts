import type { AudioBlock } from '../../../form/blocks.ts';
import { type Json, residueOf, textAt } from '../../../form/json.ts';
import type { ModelRequest } from '../../../form/request.ts';
import { ownValue } from '../../../own-value.ts';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  pcm16: 'audio/pcm',
};

/** A spoken answer from its deltas: bytes and transcript come in pieces, the id once. */
export class AudioPieces {
  readonly #data: Buffer[] = [];
  #transcript = '';
  #rest: Json | null = null;

  add(audio: Json): void {
    const data = textAt(audio, 'data');
    if (data !== null) this.#data.push(Buffer.from(data, 'base64'));
    this.#transcript += textAt(audio, 'transcript') ?? '';
    this.#rest = { ...this.#rest, ...residueOf(audio, ['data', 'transcript']) };
  }

  /** Null: nothing was spoken. */
  block({ parameters }: ModelRequest): AudioBlock | null {
    if (this.#rest === null) return null;
    const format = textAt(parameters.audioOutput ?? null, 'format') ?? 'wav';
    return {
      kind: 'audio',
      source: {
        kind: 'data',
        mediaType: ownValue(MEDIA_TYPES, format) ?? `audio/${format}`,
        data: Buffer.concat(this.#data).toString('base64'),
      },
      ...(this.#transcript === '' ? {} : { transcript: this.#transcript }),
      residue: { dialect: 'openai-chat', value: this.#rest },
    };
  }
}
