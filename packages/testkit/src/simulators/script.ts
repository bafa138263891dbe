/**
 * What a simulated model does, in nobody's format. Each wire says it in its own words; whoever reads the wire must get
 * back exactly this.
 */
export interface Script {
  readonly steps: readonly Step[];
  readonly finish: ScriptedFinish;
  readonly usage: ScriptedUsage;
  /** Instead of, or in the middle of, the answer. */
  readonly failure?: ScriptedFailure;
  /** What a real provider once answered, byte for byte, in place of all that the script says. */
  readonly recorded?: RecordedAnswer;
  /** After its first words the model says nothing more until the test lets it go on. */
  readonly pauses?: boolean;
}

export interface RecordedAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** `pieces` are what a stream sends one after another; a whole answer joins them. */
export type Step =
  | { readonly kind: 'text'; readonly pieces: readonly string[] }
  | {
      readonly kind: 'reasoning';
      readonly pieces: readonly string[];
      /** What the provider signs it with; wires without signatures leave it out. */
      readonly proof: string;
    }
  | {
      readonly kind: 'calls';
      readonly calls: readonly ScriptedCall[];
      /** Pieces of all calls in turns; else one call after another. Wires that cannot interleave do not. */
      readonly interleaved: boolean;
    }
  /** The model's own words that it will not answer. */
  | { readonly kind: 'refusal'; readonly pieces: readonly string[] }
  /** JSON that was asked for: as text where the request asks for a format, as arguments where it forces a tool. */
  | { readonly kind: 'output'; readonly pieces: readonly string[] };

export interface ScriptedCall {
  /** Providers that number calls in their own way derive theirs from it. */
  readonly id: string;
  readonly name: string;
  /** Together JSON of an object. None: a call without arguments. */
  readonly pieces: readonly string[];
}

/** `done` includes that calls were made. */
export type ScriptedFinish = 'done' | 'length' | 'blocked' | 'refused';

export interface ScriptedUsage {
  /** All that the model read. */
  readonly input: number;
  /** Of it, from a cache. */
  readonly cached: number;
  /** All that it wrote. */
  readonly output: number;
  /** Of it, its reasoning. */
  readonly reasoning: number;
}

export type ProblemKind = 'bad-request' | 'authentication' | 'rate-limit' | 'server' | 'overloaded';

export interface Problem {
  readonly kind: ProblemKind;
  readonly message: string;
}

export type ScriptedFailure =
  /** An error answer in place of the model's. */
  | { readonly at: 'start'; readonly problem: Problem }
  /** The provider tells in its stream, after the first words, that it failed. */
  | { readonly at: 'middle'; readonly problem: Problem }
  /** The connection breaks after the first words. */
  | { readonly at: 'cut' };

export const textOf = (script: Script, kind: 'text' | 'reasoning' | 'refusal' | 'output'): string =>
  script.steps.flatMap((step) => (step.kind === kind ? step.pieces : [])).join('');

export const callsOf = (script: Script): readonly ScriptedCall[] =>
  script.steps.flatMap((step) => (step.kind === 'calls' ? step.calls : []));

/** The steps as one wire without interleaving sends them, or in turns. Each piece with its call. */
export function callPieces(
  step: Extract<Step, { kind: 'calls' }>,
): readonly { readonly call: number; readonly first: boolean; readonly piece: string | null }[] {
  const sequences = step.calls.map(({ pieces }, call) => [
    { call, first: true, piece: null },
    ...pieces.map((piece) => ({ call, first: false, piece })),
  ]);
  if (!step.interleaved) return sequences.flat();
  const longest = Math.max(...sequences.map(({ length }) => length));
  return Array.from({ length: longest }, (_, row) => sequences.flatMap((it) => it[row] ?? [])).flat();
}
