import { assertNever } from '../../../assert-never.ts';
import type {
  AssistantBlock,
  AudioBlock,
  Citation,
  FileBlock,
  ImageBlock,
  ReasoningBlock,
  TextBlock,
  ToolCallBlock,
} from '../../../form/blocks.ts';
import { isJson, type Json, parseJson } from '../../../form/json.ts';
import type { Proof } from '../../../form/provenance.ts';
import { residueFor } from '../../../form/provenance.ts';
import { writeCitation } from '../citations.ts';
import { packProof } from '../proofs.ts';

/** A block of an answer as blocks of this format: none where it has nothing to say, several where it must be split. */
export function encodeBlock(block: AssistantBlock): Json[] {
  switch (block.kind) {
    case 'text':
      return encodeText(block);
    case 'refusal':
      return block.text === '' ? [] : [{ type: 'text', text: block.text }];
    case 'reasoning':
      return encodeReasoning(block);
    case 'tool-call':
      return [...(block.proof ? [proofOfCall(block.id, block.proof)] : []), encodeCall(block)];
    case 'image':
    case 'audio':
    case 'file':
      return [{ type: 'text', text: inWords(block) }];
    case 'opaque':
      return block.dialect === 'anthropic-messages' ? [block.value] : [];
    default:
      return assertNever(block);
  }
}

const ownWords = ({ residue }: AssistantBlock) => residueFor('anthropic-messages', residue);

function encodeText(block: TextBlock): Json[] {
  return splitAtCitations(block)
    .filter(({ text, citations }) => text !== '' || citations.length > 0)
    .map(({ text, citations }) => ({
      ...ownWords(block),
      type: 'text',
      text,
      ...(citations.length > 0 ? { citations } : {}),
    }));
}

interface Piece {
  readonly text: string;
  readonly citations: readonly Json[];
}

/**
 * This format cites with a whole block, so a text is split where a span that others cite with begins and ends
 * (spec/providers 2.10). A citation without a span is the whole text's.
 */
function splitAtCitations({ text, citations = [] }: TextBlock): Piece[] {
  const spanOf = ({ start, end }: Citation) =>
    start !== null && end !== null && start >= 0 && start < end && end <= text.length ? [start, end] : [];
  const edges = [...new Set([0, ...citations.flatMap(spanOf), text.length])].sort((a, b) => a - b);
  if (text === '') return [{ text, citations: written(citations, text) }];
  return edges.slice(0, -1).map((from, at) => {
    const to = edges[at + 1] ?? text.length;
    const piece = text.slice(from, to);
    const covering = citations.filter((citation) => {
      const [start = 0, end = text.length] = spanOf(citation);
      return start <= from && to <= end;
    });
    return { text: piece, citations: written(covering, piece) };
  });
}

const written = (citations: readonly Citation[], text: string): Json[] =>
  citations.map((citation) => writeCitation(citation, text)).filter((citation) => citation !== null);

function encodeReasoning(block: ReasoningBlock): Json[] {
  if (block.proof?.kind === 'redacted') {
    const redacted = { ...ownWords(block), type: 'redacted_thinking', data: packProof(block.proof) };
    return block.text === '' ? [redacted] : [thinking(block.text, null), redacted];
  }
  return block.text === '' && !block.proof
    ? []
    : [{ ...ownWords(block), ...thinking(block.text, block.proof) }];
}

/** Unsigned thinking is shown, and left out when it comes back (spec/providers 13.4). */
const thinking = (text: string, proof: Proof | null | undefined): Json => ({
  type: 'thinking',
  thinking: text,
  signature: proof ? packProof(proof) : '',
});

/** A call has no place for a proof here, so it travels in a thinking block without words that names the call. */
export const proofOfCall = (callId: string, proof: Proof): Json => ({
  type: 'thinking',
  thinking: '',
  signature: packProof(proof, callId),
});

function encodeCall(block: ToolCallBlock): Json {
  const input = parseJson(block.arguments);
  return {
    ...ownWords(block),
    type: 'tool_use',
    id: block.id,
    name: block.name,
    // What is no object is free text, of a tool or of a model that wrote nonsense: the caller sees what it said.
    input: isJson(input) ? input : { input: block.arguments },
  };
}

const MEDIA = { image: 'an image', audio: 'audio', file: 'a file' } as const;

/** Answers of this format hold no media. That there was something is said, its bytes are not. */
function inWords(block: ImageBlock | AudioBlock | FileBlock): string {
  if (block.kind === 'audio' && block.transcript) return block.transcript;
  const where = block.source.kind === 'url' ? `: ${block.source.url}` : '';
  return `[The model answered with ${MEDIA[block.kind]}, which this format cannot carry${where}]`;
}
