import type { AssistantBlock, ReasoningBlock, TextBlock, TokenLogprob } from '../../../form/blocks.ts';
import type { Json } from '../../../form/json.ts';
import { residueFor } from '../../../form/provenance.ts';
import type { BlockWriter } from '../../block-writer.ts';
import { groundingCitations } from '../citations.ts';

/** Puts a stream's parts together into blocks: texts and thoughts run on from part to part, everything else is whole. */
export class StreamBlocks {
  readonly #writer: BlockWriter;
  /** Of the open text, for citations. */
  #text: string[] = [];
  /** What the parts of the open block said besides their text. */
  #residue: Json = {};
  /** Seals of the open text: held back, because citations of that text may still come. */
  #seals: AssistantBlock[] = [];

  constructor(writer: BlockWriter) {
    this.#writer = writer;
  }

  write(block: AssistantBlock, logprobs: readonly TokenLogprob[] | null): void {
    if (block.kind === 'reasoning') this.#writeReasoning(block);
    else if (block.kind === 'text' && !standsAlone(block)) this.#writeText(block, logprobs);
    else {
      this.#close();
      this.#writer.whole(block);
    }
  }

  /**
   * @param grounding as it was said last, since it comes with the last chunk or repeats itself. Its offsets count from the
   * beginning of the open text: the parts of a stream are pieces of one.
   */
  end(grounding: Json | null): void {
    if (grounding && this.#writer.openText === 'text')
      for (const citation of groundingCitations(grounding, this.#text.join(''), () => true))
        this.#writer.citation(citation);
    this.#close();
  }

  #writeText(block: TextBlock, logprobs: readonly TokenLogprob[] | null): void {
    if (this.#writer.openText !== 'text' || this.#seals.length > 0) this.#close();
    this.#writer.text('text', block.text, logprobs ?? undefined);
    this.#text.push(block.text);
    this.#keep(block);
  }

  #writeReasoning(block: ReasoningBlock): void {
    const writer = this.#writer;
    if (block.text === '' && writer.openText === 'text') {
      // Its part is a piece of the open text, which then is what it seals.
      const { residue: _, ...seal } = block;
      this.#seals.push(seal);
      return;
    }
    const isSeal = block.text === '' && !('thought' in residueFor('gemini', block.residue));
    if (writer.openText !== 'reasoning' || isSeal) this.#close();
    if (isSeal) {
      writer.whole(block);
      return;
    }
    writer.text('reasoning', block.text);
    if (block.proof) writer.proof(block.proof);
    if (block.text !== '') this.#keep(block);
    if (block.proof) this.#close();
  }

  #keep(block: TextBlock | ReasoningBlock): void {
    if (block.residue) this.#residue = { ...this.#residue, ...residueFor('gemini', block.residue) };
  }

  #close(): void {
    const value = this.#residue;
    this.#writer.closeText(Object.keys(value).length > 0 ? { dialect: 'gemini', value } : undefined);
    this.#text = [];
    this.#residue = {};
    const seals = this.#seals;
    this.#seals = [];
    for (const seal of seals) this.#writer.whole(seal);
  }
}

/** Code that ran at Google is shown as a text, and is none. */
function standsAlone({ residue }: TextBlock): boolean {
  const own = residueFor('gemini', residue);
  return 'executableCode' in own || 'codeExecutionResult' in own;
}
