import type { Json } from '../../../form/json.ts';
import { textAt } from '../../../form/json.ts';
import { budgetOf, effortOf } from '../../../form/reasoning-budget.ts';
import type { Parameters, Reasoning } from '../../../form/request.ts';
import { type GeminiModel, levelOf } from '../models.ts';
import { schemaMember } from './tools.ts';

/** `generationConfig`: what Google has under another name, or the same (spec/providers 3.1). */
export function generationConfig(parameters: Parameters, model: GeminiModel, asksInText: boolean): Json {
  const { reasoning, outputFormat, audioOutput, modalities } = parameters;
  const thinking = reasoning && thinkingConfig(reasoning, parameters.maxTokens ?? model.maxOutput, model);
  const config: Json = {
    maxOutputTokens: parameters.maxTokens,
    temperature: parameters.temperature,
    topP: parameters.topP,
    topK: parameters.topK,
    stopSequences: parameters.stop,
    seed: parameters.seed,
    frequencyPenalty: parameters.frequencyPenalty,
    presencePenalty: parameters.presencePenalty,
    responseModalities: modalities?.map((it) => it.toUpperCase()),
    speechConfig: audioOutput && speechConfig(audioOutput),
    thinkingConfig: thinking ?? undefined,
    ...(parameters.logprobs === undefined
      ? {}
      : { responseLogprobs: true, ...(parameters.logprobs > 0 ? { logprobs: parameters.logprobs } : {}) }),
    ...(outputFormat && !asksInText ? { responseMimeType: 'application/json' } : {}),
    ...(outputFormat?.kind === 'json-schema' && !asksInText
      ? schemaMember('responseSchema', outputFormat.schema, model)
      : {}),
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

/** A budget or a level, never both: together they are refused (spec/providers 2.9). */
function thinkingConfig(reasoning: Reasoning, maxOutput: number, model: GeminiModel): Json | null {
  const { thinking } = model;
  if (thinking.kind === 'none') return null;
  const shown = reasoning.shown === true ? { includeThoughts: true } : {};
  if (thinking.kind === 'level') {
    const effort = effortOf(reasoning, maxOutput);
    return nonEmpty({ ...shown, ...(effort ? { thinkingLevel: levelOf(effort, thinking.levels) } : {}) });
  }
  const wanted = budgetOf(reasoning, maxOutput);
  if (wanted === null) return nonEmpty(shown);
  const isOff = wanted <= 0 && thinking.canBeOff;
  const thinkingBudget = isOff ? 0 : Math.min(Math.max(wanted, thinking.least), thinking.most);
  return { ...(isOff ? {} : shown), thinkingBudget };
}

const nonEmpty = (config: Json) => (Object.keys(config).length === 0 ? null : config);

/** OpenAI's `audio`: the voice's name, in whichever world it is known. */
function speechConfig(audio: Json): Json | undefined {
  const voiceName = textAt(audio, 'voice');
  return voiceName === null ? undefined : { voiceConfig: { prebuiltVoiceConfig: { voiceName } } };
}
