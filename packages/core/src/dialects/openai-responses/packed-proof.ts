import { child, isJson, parseJson, textAt } from '../../form/json.ts';
import type { Proof, ProofFamily } from '../../form/provenance.ts';

/** Marks what this gateway packed; the number is the version of what follows. */
const MARK = 'weir1.';

/**
 * Another family's proof, carried by a client that knows only OpenAI's `encrypted_content` (spec/providers 3.3). It holds
 * the reasoning's own text too, which the proof signs and which clients cut from the summary.
 */
export interface PackedProof {
  readonly proof: Proof;
  readonly text: string;
  /** The proof belongs to the call of this id, not to reasoning (Google signs calls). */
  readonly callId?: string;
}

export const isPacked = (encrypted: string): boolean => encrypted.startsWith(MARK);

export const packProof = (packed: PackedProof): string =>
  MARK + Buffer.from(JSON.stringify(packed), 'utf8').toString('base64url');

/** Null: it is not what this gateway wrote. */
export function unpackProof(encrypted: string): PackedProof | null {
  const packed = parseJson(Buffer.from(encrypted.slice(MARK.length), 'base64url').toString('utf8'));
  if (!isJson(packed)) return null;
  const proof = child(packed, 'proof');
  const [family, kind, value] = [proof?.family, proof?.kind, textAt(proof, 'value')];
  if (!isFamily(family) || !isKind(kind) || value === null) return null;
  const [id, callId] = [textAt(proof, 'id'), textAt(packed, 'callId')];
  return {
    proof: { family, kind, value, ...(id === null ? {} : { id }) },
    text: textAt(packed, 'text') ?? '',
    ...(callId === null ? {} : { callId }),
  };
}

const FAMILIES: readonly unknown[] = ['anthropic', 'openai', 'google', 'openrouter'] satisfies ProofFamily[];
const KINDS: readonly unknown[] = ['signature', 'encrypted', 'redacted'] satisfies Proof['kind'][];
const isFamily = (value: unknown): value is ProofFamily => FAMILIES.includes(value);
const isKind = (value: unknown): value is Proof['kind'] => KINDS.includes(value);
