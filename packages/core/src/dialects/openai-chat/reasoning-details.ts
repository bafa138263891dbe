import type { ReasoningBlock } from '../../form/blocks.ts';
import { child, isJson, type Json, listAt, parseJson, textAt } from '../../form/json.ts';
import type { Proof, ProofFamily } from '../../form/provenance.ts';

/**
 * Chat has no field for proofs of reasoning, so they travel in OpenRouter's `reasoning_details`, and those of Gemini's
 * calls where Google's own chat endpoint puts them (spec/providers 2.9). Details that OpenRouter made are one proof of
 * its family, the whole list as JSON, replayed unchanged. Details that we made of another provider's proof have an `id`
 * that begins with our mark, and only these are taken apart again.
 */
const MARK = 'weir:';

/** OpenRouter's names for whose reasoning it is. */
const FORMATS: Readonly<Record<Exclude<ProofFamily, 'openrouter'>, string>> = {
  anthropic: 'anthropic-claude-v1',
  openai: 'openai-responses-v1',
  google: 'google-gemini-v1',
};

/** A block's proof as `reasoning_details`; nothing when it has none. */
export function writeDetails({ text, proof }: Pick<ReasoningBlock, 'text' | 'proof'>): readonly unknown[] {
  if (!proof) return [];
  if (proof.family === 'openrouter') {
    const details = parseJson(proof.value);
    return Array.isArray(details) ? details : [details];
  }
  const isSignature = proof.kind === 'signature' && proof.family === 'anthropic';
  return [
    {
      type: isSignature ? 'reasoning.text' : 'reasoning.encrypted',
      // A signature is bound to its text, letter by letter.
      ...(text === '' ? {} : { text }),
      [isSignature ? 'signature' : 'data']: proof.value,
      format: FORMATS[proof.family],
      id: `${MARK}${proof.kind}:${proof.id ?? ''}`,
    },
  ];
}

/**
 * The reasoning of a message that a client sends back.
 * @param text the reasoning's text beside the details: what there is where no detail holds any.
 */
export function readDetails(details: readonly unknown[], text: string): ReasoningBlock[] {
  const blocks: ReasoningBlock[] = [];
  const foreign: Json[] = [];
  for (const detail of details.filter(isJson)) {
    const proof = ownProof(detail);
    if (proof) blocks.push({ kind: 'reasoning', text: textAt(detail, 'text') ?? '', proof });
    else foreign.push(detail);
  }
  if (foreign.length > 0) {
    const said = foreign.map((it) => textAt(it, 'text') ?? textAt(it, 'summary') ?? '').join('');
    blocks.push({ kind: 'reasoning', text: text || said, proof: detailsProof(foreign) });
  }
  if (blocks.length === 0 && text !== '') blocks.push({ kind: 'reasoning', text });
  return blocks;
}

/** Whether we packed this detail, so that only we can take it apart. */
export const isPackedDetail = (detail: Json): boolean => ownProof(detail) !== null;

/** Whose proof a detail is. */
export const familyOfDetail = (detail: Json): ProofFamily => ownProof(detail)?.family ?? 'openrouter';

/** OpenRouter's list as a proof. */
export const detailsProof = (details: readonly unknown[]): Proof => ({
  family: 'openrouter',
  kind: 'encrypted',
  value: JSON.stringify(details),
});

function ownProof(detail: Json): Proof | null {
  const mark = textAt(detail, 'id');
  const value = textAt(detail, 'signature') ?? textAt(detail, 'data');
  if (value === null || !mark?.startsWith(MARK)) return null;
  const family = FAMILIES.find((it) => FORMATS[it] === detail.format);
  const [kind, ...rest] = mark.slice(MARK.length).split(':');
  const id = rest.join(':');
  if (!family || !isKind(kind)) return null;
  return { family, kind, value, ...(id === '' ? {} : { id }) };
}

const FAMILIES = ['anthropic', 'openai', 'google'] as const;
const isKind = (kind: string | undefined): kind is Proof['kind'] =>
  kind === 'signature' || kind === 'encrypted' || kind === 'redacted';

/** What a call carries of Gemini's proof, as Google's own chat endpoint names it; nothing for other proofs. */
export const writeCallProof = (proof: Proof | undefined): Json =>
  proof?.family === 'google' ? { extra_content: { google: { thought_signature: proof.value } } } : {};

export function readCallProof(call: Json): Proof | null {
  const value = textAt(child(child(call, 'extra_content'), 'google'), 'thought_signature');
  return value === null ? null : { family: 'google', kind: 'signature', value };
}

/** Of a message or a delta of any provider or client. */
export const detailsAt = (message: Json) => listAt(message, 'reasoning_details');
