import { createHash } from 'node:crypto';

import {
  callsOf,
  GEMINI_SIGNATURE,
  type Heard,
  type HeardPart,
  type Limits,
  type Script,
  type WireName,
} from '../simulators/index.ts';
import type { Ask, AskPart, AskTurn, JsonSchema } from './ask.ts';
import { CALL_RESULT } from './clients/client.ts';
import { sameJson } from './same-json.ts';

/** What the provider understood otherwise than the client meant; empty when nothing. */
export function misheard(ask: Ask, heard: Heard, limits: Limits): string[] {
  return [
    ...system(ask, heard),
    ...turns(ask, heard),
    ...tools(ask, heard),
    ...choice(ask, heard),
    ...format(ask, heard),
    ...(ask.thinks && !heard.thinks ? ['was not asked to think'] : []),
    ...(limits['max-tokens'] === undefined && (heard.maxTokens ?? 0) < ask.maxTokens
      ? [`max tokens ${ask.maxTokens} arrived as ${heard.maxTokens}`]
      : []),
  ];
}

function system({ system: asked }: Ask, heard: Heard): string[] {
  const arrived = heard.system.join('\n');
  return asked === undefined || arrived.includes(asked)
    ? []
    : [`system arrived as ${JSON.stringify(arrived)}`];
}

type Said = readonly [role: string, ...rest: readonly string[]];

/** Texts, pictures and calls in their order. Calls by name and input: their ids may be the format's own. */
function turns(ask: Ask, heard: Heard): string[] {
  const asked = ask.turns.map(askedTurn);
  const arrived = heard.turns.map(({ role, parts }): Said => [role, ...parts.flatMap(heardPart)]);
  const complaints = sameJson(asked, arrived)
    ? []
    : [`turns ${JSON.stringify(asked)} arrived as ${JSON.stringify(arrived)}`];
  return [...complaints, ...pairs(heard)];
}

function askedTurn(turn: AskTurn): Said {
  if (turn.role === 'user') return [turn.role, ...turn.parts.map(askedPart)];
  const calls = (turn.calls ?? []).map(({ name, input }) => callWords(name, input));
  return [turn.role, ...(turn.text === undefined ? [] : [turn.text]), ...calls];
}

function askedPart(part: AskPart): string {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'result') return `result: ${part.text}`;
  const digest = createHash('sha256').update(Buffer.from(part.base64, 'base64')).digest('hex');
  return `image: ${digest}`;
}

const callWords = (name: string, input: unknown) => `call: ${name} ${JSON.stringify(input)}`;

function heardPart(part: HeardPart): string[] {
  switch (part.kind) {
    case 'text':
      return [part.text];
    case 'image':
      return [`image: ${part.sha256}`];
    case 'call':
      return [callWords(part.name, part.input)];
    case 'result':
      return [`result: ${part.text}`];
    case 'reasoning':
      return [];
  }
}

/** A result belongs to the call whose place it has: by id, or, in a format without ids, by name. */
function pairs({ turns: all }: Heard): string[] {
  const parts = all.flatMap((turn) => turn.parts);
  const calls = parts.flatMap((part) => (part.kind === 'call' ? [part] : []));
  const results = parts.flatMap((part) => (part.kind === 'result' ? [part] : []));
  return calls.flatMap(({ id, name }, index) => {
    const result = results[index];
    if (!result || (result.id === id && (id !== '' || result.name === name))) return [];
    return [`the result of ${name} (${id}) arrived for ${result.name} (${result.id})`];
  });
}

/** What a provider signed with its thoughts or its calls and wants to see again (spec/providers 2.9). */
const PROOFS: Readonly<Partial<Record<WireName, (part: HeardPart) => string | null>>> = {
  'anthropic-messages': (part) => (part.kind === 'reasoning' ? part.proof : null),
  invoke: (part) => (part.kind === 'reasoning' ? part.proof : null),
  converse: (part) => (part.kind === 'reasoning' ? part.proof : null),
  'openai-responses': (part) => (part.kind === 'reasoning' ? part.proof : null),
  gemini: (part) => (part.kind === 'call' ? (part.proof ?? null) : null),
};

/** What of its own first answer a provider did not see again when the conversation went on. */
export function forgotten(script: Script, wire: WireName, heard: Heard): string[] {
  const parts = heard.turns.flatMap((turn) => turn.parts);
  const said = callsOf(script).map(({ name, pieces }) =>
    callWords(name, JSON.parse(pieces.join('') || '{}')),
  );
  const calls = parts.flatMap((part) => (part.kind === 'call' ? callWords(part.name, part.input) : []));
  const results = parts.flatMap((part) => (part.kind === 'result' ? part.text : []));
  const [signed] = script.steps.flatMap((step) => (step.kind === 'reasoning' ? step.proof : []));
  const proof = wire === 'gemini' ? GEMINI_SIGNATURE : signed;
  // Of Converse’s models only Claude signs.
  const signs = wire !== 'converse' || heard.model.includes('anthropic');
  const proofOf = signs ? PROOFS[wire] : undefined;
  const seen = proofOf ? parts.map(proofOf).filter((it) => it !== null) : [];
  return [
    ...pairs(heard),
    ...(sameJson(said, calls) ? [] : [`calls ${said.join()} came back as ${calls.join()}`]),
    ...(results.length === said.length && results.every((it) => it === CALL_RESULT)
      ? []
      : [`results came back as ${JSON.stringify(results)}`]),
    ...(proofOf && !sameJson(seen, [proof])
      ? [`the proof ${proof} came back as ${JSON.stringify(seen)}`]
      : []),
  ];
}

/** Names, and of the schema what a caller would miss: providers' subsets may leave the rest out. */
function tools(ask: Ask, heard: Heard): string[] {
  const asked = (ask.tools ?? []).map(({ name, schema }) => [name, ...shape(schema)]);
  const arrived = heard.tools.map(({ name, schema }) => [name, ...shape(schema)]);
  const forced = ask.toolChoice?.kind === 'tool' ? ask.toolChoice.name : null;
  // A format that cannot name a tool gets only that one.
  const only = asked.filter(([name]) => name === forced);
  const added = ask.output && arrived.length === 1;
  if (sameJson(asked, arrived) || (forced !== null && sameJson(only, arrived)) || added) return [];
  return [`tools ${JSON.stringify(asked)} arrived as ${JSON.stringify(arrived)}`];
}

function shape(schema: unknown): string[] {
  const { properties, required } = (schema ?? {}) as Partial<JsonSchema>;
  return [...Object.keys(properties ?? {}), '/', ...(required ?? [])];
}

function choice(ask: Ask, { toolChoice }: Heard): string[] {
  if (ask.output || ask.toolChoice === undefined || sameJson({ ...ask.toolChoice }, toolChoice)) return [];
  return [`tool choice ${JSON.stringify(ask.toolChoice)} arrived as ${JSON.stringify(toolChoice)}`];
}

/** Natively, through a tool that must be called, or, where there is neither, in words. */
function format({ output }: Ask, heard: Heard): string[] {
  if (!output) return [];
  const wanted = shape(output.schema);
  const [tool] = heard.tools;
  const native = heard.format && sameJson(shape(heard.format.schema), wanted);
  const emulated = tool && heard.toolChoice && sameJson(shape(tool.schema), wanted);
  const words = heard.system.join('\n');
  const told = Object.keys(output.schema.properties).every((name) => words.includes(name));
  if (native || emulated || told) return [];
  return [`the schema ${JSON.stringify(wanted)} arrived as ${JSON.stringify(heard.format)}`];
}
