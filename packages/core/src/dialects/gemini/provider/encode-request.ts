import type { TextBlock } from '../../../form/blocks.ts';
import { type Fault, fault, isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { narrow } from '../../../form/parameter-table.ts';
import { type ModelRequest, nameOf, type Parameters, splitSystem } from '../../../form/request.ts';
import { pairCalls, strictTurns, type Turn } from '../../../form/turns.ts';
import { wireNames } from '../../../form/wire-names.ts';
import { withoutEmptyWishes } from '../../empty-wishes.ts';
import { jsonInWords } from '../../json-in-words.ts';
import type { EncodedRequest, TargetModel } from '../../provider-dialect.ts';
import { sayable } from '../../sayable.ts';
import { geminiModel } from '../models.ts';
import { parametersOf } from '../parameters.ts';
import { encodeContents, takesBack } from './contents.ts';
import { generationConfig } from './generation-config.ts';
import { encodeLabels } from './labels.ts';
import type { GeminiSurface } from './surface.ts';
import { encodeTools, GEMINI_TOOL_NAME } from './tools.ts';

/** A request to `generateContent` or `streamGenerateContent` (spec/providers 7.1). */
export function encodeRequest(
  request: ModelRequest,
  target: TargetModel,
  surface: GeminiSurface,
): EncodedRequest | Fault {
  const address = surface.address(target.model);
  if (isFault(address)) return address;
  const model = geminiModel(address.name);
  const table = parametersOf(model, surface.parameters);
  const narrowed = narrow(withoutEmptyWishes(request, table), table, target.model);
  if (isFault(narrowed)) return narrowed;
  const { parameters } = narrowed;
  const names = wireNames(
    request.tools.flatMap((tool) => ('name' in tool ? [tool.name] : [])),
    GEMINI_TOOL_NAME,
  );
  const tools = encodeTools(request.tools, parameters.toolChoice, { model, surface, names });
  if (isFault(tools)) return tools;

  const format = parameters.outputFormat;
  // Before the third generation a format excludes functions (spec/providers 7.1), and Gemma has none.
  const asksInText = format !== undefined && (!model.takesJson || (tools.hasFunctions && !model.mixesTools));
  const { system, turns } = splitSystem(sayable(request.messages, 'gemini', takesBack));
  const instructions = [...texts(system), ...(asksInText ? [jsonInWords(format)] : [])];
  const conversation = pairCalls(strictTurns(model.takesSystem ? turns : withSystem(instructions, turns)));
  if (isFault(conversation)) return conversation;
  if (conversation.length === 0) return fault(['messages'], 'There is no message besides the system prompt.');
  const contents = encodeContents(conversation, { target, model, surface, names });
  if (isFault(contents)) return contents;

  const config = generationConfig(parameters, model, asksInText);
  const { labels, dropped } = encodeLabels(parameters);
  const body = {
    contents,
    ...(instructions.length > 0 && model.takesSystem
      ? { systemInstruction: { parts: instructions.map((text) => ({ text })) } }
      : {}),
    ...tools.body,
    ...(Object.keys(config).length > 0 ? { generationConfig: config } : {}),
    ...serviceTier(parameters),
    ...(labels ? { labels } : {}),
  };
  return {
    path: `${address.path}:${request.stream ? 'streamGenerateContent' : 'generateContent'}`,
    query: request.stream ? 'alt=sse' : '',
    headers: [],
    body,
    dropped: [
      ...narrowed.dropped,
      ...dropped.map((name) => nameOf(request, name)),
      ...tools.dropped,
      ...(isChoiceLost(request, parameters, tools.hasFunctions) ? [nameOf(request, 'toolChoice')] : []),
      // It writes its sound in one form only.
      ...('format' in (parameters.audioOutput ?? {}) ? [`${nameOf(request, 'audioOutput')}.format`] : []),
    ],
    names,
  };
}

const texts = (blocks: readonly TextBlock[]) => blocks.map(({ text }) => text);

/** Before the first words of the user, for models without a place for instructions (Gemma). */
function withSystem(instructions: readonly string[], turns: readonly Turn[] | ModelRequest['messages']) {
  if (instructions.length === 0) return turns;
  return [
    { role: 'user' as const, content: instructions.map((text) => ({ kind: 'text' as const, text })) },
    ...turns,
  ];
}

/** OpenAI's words in Google's; `auto` is what Google does anyway. */
function serviceTier({ serviceTier: tier }: Parameters): Json {
  if (tier === undefined || tier === 'auto') return {};
  return { serviceTier: tier === 'default' ? 'standard' : tier };
}

/** Whether Google's own tools run is its model's choice alone. */
const isChoiceLost = ({ tools }: ModelRequest, { toolChoice }: Parameters, hasFunctions: boolean) =>
  toolChoice !== undefined && toolChoice.kind !== 'auto' && tools.length > 0 && !hasFunctions;
