import type { Proof, ProofFamily } from '../../form/provenance.ts';

/**
 * A proof of another family as this format carries it: in a `signature` or in `redacted_thinking.data`, which clients
 * send back unread. Ours begin with a mark that no signature of Anthropic's can have, so that nobody else's is ever
 * taken for ours and none of ours ever reaches Anthropic (spec/providers 2.9).
 */
const PACKED = /^weir:(anthropic|openai|google|openrouter):(signature|encrypted|redacted):([^:]*):([^:]*):/;

interface Carried {
  readonly proof: Proof;
  /** The call that it belongs to; null: the reasoning that it stands with. */
  readonly callId: string | null;
}

export function packProof(proof: Proof, callId: string | null = null): string {
  if (proof.family === 'anthropic' && callId === null) return proof.value;
  const place = `${encodeURIComponent(proof.id ?? '')}:${encodeURIComponent(callId ?? '')}`;
  return `weir:${proof.family}:${proof.kind}:${place}:${proof.value}`;
}

export const isPacked = (text: string): boolean => PACKED.test(text);

/** @param kind what the text is where it is Anthropic's own. Null: it proves nothing. */
export function unpackProof(text: string, kind: 'signature' | 'redacted'): Carried | null {
  if (text === '') return null;
  const found = PACKED.exec(text);
  if (!found) return { proof: { family: 'anthropic', kind, value: text }, callId: null };
  const [head, family, packedKind, id, callId] = found;
  const decodedId = decoded(id);
  return {
    proof: {
      family: family as ProofFamily,
      kind: packedKind as Proof['kind'],
      value: text.slice(head.length),
      ...(decodedId ? { id: decodedId } : {}),
    },
    callId: decoded(callId),
  };
}

function decoded(text: string | undefined): string | null {
  try {
    return text ? decodeURIComponent(text) : null;
  } catch {
    // Somebody changed what we packed: the proof without its place is still the proof.
    return null;
  }
}
