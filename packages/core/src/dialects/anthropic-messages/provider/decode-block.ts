import type { AssistantBlock, Citation } from '../../../form/blocks.ts';
import { isJson, type Json, listAt, residueOf, textAt } from '../../../form/json.ts';
import type { Proof, Residue } from '../../../form/provenance.ts';
import { ownValue } from '../../../own-value.ts';
import type { DecodeContext } from '../../provider-dialect.ts';
import { readCitation } from '../citations.ts';

/** Members of a block that the form has a field for. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  text: ['type', 'text', 'citations'],
  thinking: ['type', 'thinking', 'signature'],
  redacted_thinking: ['type', 'data'],
  tool_use: ['type', 'id', 'name', 'input'],
};

/** Members that are null say nothing. */
export function residueIn(value: Json, known: readonly string[]): { readonly residue?: Residue } {
  const rest = Object.entries(residueOf(value, known) ?? {}).filter(([, member]) => member !== null);
  return rest.length === 0
    ? {}
    : { residue: { dialect: 'anthropic-messages', value: Object.fromEntries(rest) } };
}

export const blockResidue = (block: Json) =>
  residueIn(block, ownValue(KNOWN, textAt(block, 'type') ?? '') ?? []);

export const signature = (value: string): Proof => ({ family: 'anthropic', kind: 'signature', value });

export const redactedBlock = (block: Json): AssistantBlock => ({
  kind: 'reasoning',
  text: '',
  proof: { family: 'anthropic', kind: 'redacted', value: textAt(block, 'data') ?? '' },
  ...blockResidue(block),
});

export const opaqueBlock = (value: Json): AssistantBlock => ({
  kind: 'opaque',
  dialect: 'anthropic-messages',
  value,
});

export const citationsOf = (block: Json): Citation[] =>
  listAt(block, 'citations').filter(isJson).map(readCitation);

/** A call of our own tool: its input is the answer's text. */
export const isOutputCall = (block: Json, { outputTool }: Pick<DecodeContext, 'outputTool'>) =>
  outputTool !== undefined && block.name === outputTool;

export interface CallHead {
  readonly id: string;
  readonly name: string;
}

export function callHead(block: Json, { names, newId }: Pick<DecodeContext, 'names' | 'newId'>): CallHead {
  return {
    id: textAt(block, 'id') || newId('toolu_'),
    name: names.fromWire(textAt(block, 'name') ?? ''),
  };
}

/** An input as a call's arguments: some servers write it as text, or leave it out (spec/providers 2.2). */
export function argumentsOf(input: unknown): string {
  if (typeof input === 'string') return input === '' || input === 'null' ? '{}' : input;
  return input === undefined || input === null ? '{}' : JSON.stringify(input);
}
