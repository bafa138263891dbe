import type { Block } from './blocks.ts';
import { type Fault, fault } from './fault.ts';
import { type ModelRequest, nameOf, type ParameterName, type Parameters } from './request.ts';

/**
 * `keep`: the target has a field for it and its encoder writes it. `drop`: it only tunes, so it is left out and named in
 * `weir-dropped-params`. `refuse`: without it the answer would differ in kind, so the caller gets a 400 that names it.
 */
export type ParameterRule = 'keep' | 'drop' | 'refuse';

/**
 * What a target can express. The type wants a word on every parameter, so that none can be forgotten (design 4).
 */
export type ParameterTable = Readonly<Record<ParameterName | ContentHint, ParameterRule>>;

/** Wishes that stand in the content. They only tune, so they are kept or dropped, and named like parameters. */
export type ContentHint = 'cacheHints' | 'imageDetail';
const HINT_NAMES: Readonly<Record<ContentHint, string>> = {
  cacheHints: 'cache_control',
  imageDetail: 'detail',
};

export interface Narrowed {
  /** Only what the table keeps: an encoder writes all of it. */
  readonly parameters: Parameters;
  /** In the client's words: dropped parameters, and fields that the form does not know. */
  readonly dropped: readonly string[];
}

/** Holds a request's parameters against a target's table. */
export function narrow(request: ModelRequest, table: ParameterTable, target: string): Narrowed | Fault {
  const kept: Partial<Record<ParameterName, unknown>> = {};
  const dropped: string[] = [];
  for (const [key, value] of Object.entries(request.parameters)) {
    const parameter = key as ParameterName;
    if (value === undefined) continue;
    switch (table[parameter]) {
      case 'keep':
        kept[parameter] = value;
        break;
      case 'drop':
        dropped.push(nameOf(request, parameter));
        break;
      case 'refuse': {
        const name = nameOf(request, parameter);
        return fault(name.split('.'), `${target} cannot do what "${name}" asks for. Leave it out.`);
      }
    }
  }
  for (const hint of hintsOf(request)) if (table[hint] !== 'keep') dropped.push(HINT_NAMES[hint]);
  return { parameters: kept as Parameters, dropped: [...dropped, ...Object.keys(request.unknown)] };
}

function hintsOf({ messages, tools }: ModelRequest): readonly ContentHint[] {
  const blocks = messages.flatMap((message): readonly Block[] => message.content);
  const isCached = blocks.some(({ cache }) => cache) || tools.some((tool) => 'cache' in tool && tool.cache);
  const hasDetail = blocks.some((block) => block.kind === 'image' && block.detail !== undefined);
  return [...(isCached ? (['cacheHints'] as const) : []), ...(hasDetail ? (['imageDetail'] as const) : [])];
}
