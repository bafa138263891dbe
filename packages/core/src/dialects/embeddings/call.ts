import { type Fault, fault } from '../../form/fault.ts';
import { child, type Json, listAt } from '../../form/json.ts';
import type { HeaderMap } from '../../http/header-map.ts';
import type { Vectors } from './answer.ts';
import type { EmbeddingsRequest } from './request.ts';

/** A request in a provider's own words, and how its answer is read. */
export interface EmbeddingsCall {
  readonly path: string;
  readonly body: Json;
  /** The client's names of what it has no field for. */
  readonly dropped: readonly string[];
  read(answer: Json, headers: HeaderMap | null): Vectors;
}

export type Encode = (request: EmbeddingsRequest, model: string) => EmbeddingsCall | Fault;

export const given = (values: Readonly<Record<string, unknown>>): Json =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** What is set among these, by the client's name. */
export const unused = (values: Readonly<Record<string, unknown>>): string[] => Object.keys(given(values));

export const fixedLength = (name: string): Fault =>
  fault(['dimensions'], `Vectors of the model "${name}" have one length only. Leave out "dimensions".`);

export const oneAtATime = (name: string): Fault =>
  fault(['input'], `The model "${name}" embeds one text at a time. Send each in a request of its own.`);

/** Cohere wants to know what the vectors are for; texts that are stored is what most callers embed. */
export const cohereBody = ({ texts, purpose, truncate }: EmbeddingsRequest): Json =>
  given({
    texts,
    input_type: purpose?.toLowerCase() ?? 'search_document',
    truncate: truncate?.toUpperCase(),
    embedding_types: ['float'],
  });

/** By type where types were asked for, else a plain list; Bedrock gives both. */
export function cohereVectors(answer: Json): readonly unknown[] {
  const typed = child(answer, 'embeddings');
  return typed ? listAt(typed, 'float') : listAt(answer, 'embeddings');
}
