import type { AssistantBlock, MediaSource, TokenLogprob } from '../../form/blocks.ts';
import { child, isJson, type Json, listAt, numberAt, parseJson, residueOf, textAt } from '../../form/json.ts';
import type { Proof, Residue } from '../../form/provenance.ts';
import type { WireNames } from '../../form/wire-names.ts';

export interface PartContext {
  readonly names: WireNames;
  newId(prefix: string): string;
}

/**
 * A call's id that Google itself gave. It wants its own back and no others (spec/providers 7.1), and a mark on the id
 * passes through every client, while a memory of who made it would not.
 */
const GIVEN = 'gemini-';
export const givenId = (id: string): string | null => (id.startsWith(GIVEN) ? id.slice(GIVEN.length) : null);

const residue = (value: Json | null): { readonly residue?: Residue } =>
  value ? { residue: { dialect: 'gemini', value } } : {};

function proofOf(part: Json): Proof | null {
  const value = textAt(part, 'thoughtSignature');
  return value ? { family: 'google', kind: 'signature', value } : null;
}

/**
 * The blocks of one part of an answer (spec/providers 7.2). A signature on anything but a call or a thought becomes a
 * reasoning block without text, right after what it seals: so it travels through every client like any other proof.
 */
export function blocksOfPart(part: Json, context: PartContext): readonly AssistantBlock[] {
  const call = child(part, 'functionCall');
  if (call) return callBlocks(part, call, context);
  const { thought, thoughtSignature: _, ...content } = part;
  const proof = proofOf(part);
  const text = textAt(part, 'text');
  if (thought === true) return thoughtBlocks(part, text, proof);
  const blocks = contentBlocks(content, text);
  // What only Google knows keeps its seal inside of it: nobody else may take that for one of theirs.
  if (blocks.some(({ kind }) => kind === 'opaque')) return [opaque(part)];
  if (!proof) return blocks;
  // A part of its own for the seal alone: it goes back the same way.
  const isAlone = text === '' ? residue({ text: '' }) : {};
  return [...blocks, { kind: 'reasoning', text: '', proof, ...isAlone }];
}

function callBlocks(part: Json, call: Json, context: PartContext): readonly AssistantBlock[] {
  const name = textAt(call, 'name');
  if (!name) return Object.keys(call).length === 0 ? [] : [opaque(part)];
  const id = textAt(call, 'id');
  const proof = proofOf(part);
  return [
    {
      kind: 'tool-call',
      id: id ? `${GIVEN}${id}` : context.newId('call_'),
      name: context.names.fromWire(name),
      arguments: argumentsText(call.args),
      ...(proof ? { proof } : {}),
      ...residue(residueOf(part, ['functionCall', 'thoughtSignature'])),
    },
  ];
}

function argumentsText(args: unknown): string {
  if (typeof args === 'string' && isJson(parseJson(args))) return args;
  if (!isJson(args)) return '{}';
  try {
    return JSON.stringify(args);
  } catch {
    // Nested deeper than the stack goes: nobody's arguments, and no reason to lose the rest of the answer.
    return '{}';
  }
}

function thoughtBlocks(part: Json, text: string | null, proof: Proof | null): readonly AssistantBlock[] {
  // A picture that the model made while it thought is none of its answer.
  if (text === null && residueOf(part, ['thought', 'thoughtSignature'])) return [opaque(part)];
  if (!text && !proof) return [];
  const rest = residueOf(part, ['text', 'thought', 'thoughtSignature']);
  return [
    {
      kind: 'reasoning',
      text: text ?? '',
      ...(proof ? { proof } : {}),
      ...residue(text ? rest : { text: '', thought: true, ...rest }),
    },
  ];
}

function contentBlocks(content: Json, text: string | null): readonly AssistantBlock[] {
  if (text !== null)
    return text === '' ? [] : [{ kind: 'text', text, ...residue(residueOf(content, ['text'])) }];
  const inline = child(content, 'inlineData');
  const data = textAt(inline, 'data');
  if (data !== null)
    return [
      media(
        { kind: 'data', mediaType: textAt(inline, 'mimeType') ?? '', data },
        residueOf(content, ['inlineData']),
      ),
    ];
  const file = child(content, 'fileData');
  const url = textAt(file, 'fileUri');
  if (url !== null)
    return [
      media(
        { kind: 'url', mediaType: textAt(file, 'mimeType') ?? '', url },
        residueOf(content, ['fileData']),
      ),
    ];
  return runBlocks(content) ?? (Object.keys(content).length === 0 ? [] : [opaque(content)]);
}

function media(source: MediaSource & { readonly mediaType: string }, rest: Json | null): AssistantBlock {
  const kind = source.mediaType.startsWith('image/')
    ? 'image'
    : source.mediaType.startsWith('audio/')
      ? 'audio'
      : 'file';
  return { kind, source, ...residue(rest) };
}

const opaque = (part: Json): AssistantBlock => ({ kind: 'opaque', dialect: 'gemini', value: part });

/** Code that ran at Google is shown as a fenced text; the part itself stays beside it. */
function runBlocks(content: Json): readonly AssistantBlock[] | null {
  const code = child(content, 'executableCode');
  const result = child(content, 'codeExecutionResult');
  if (!code && !result) return null;
  const shown = code
    ? fenced(textAt(code, 'code') ?? '', (textAt(code, 'language') ?? '').toLowerCase())
    : fenced(textAt(result, 'output') ?? textAt(result, 'outcome') ?? '', '');
  return [{ kind: 'text', text: shown, ...residue(content) }];
}

function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `\n${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}\n`;
}

/** `logprobsResult` of a candidate; null where there is none. */
export function logprobsOf(candidate: Json): readonly TokenLogprob[] | null {
  const result = child(candidate, 'logprobsResult');
  const chosen = listAt(result, 'chosenCandidates').filter(isJson);
  const others = listAt(result, 'topCandidates');
  if (chosen.length === 0) return null;
  return chosen.map((it, index) => {
    const top = others[index];
    return {
      ...token(it),
      top: listAt(isJson(top) ? top : null, 'candidates')
        .filter(isJson)
        .map(token),
    };
  });
}

function token(value: Json): Pick<TokenLogprob, 'token' | 'logprob' | 'bytes'> {
  const text = textAt(value, 'token') ?? '';
  return { token: text, logprob: numberAt(value, 'logProbability') ?? 0, bytes: [...Buffer.from(text)] };
}
