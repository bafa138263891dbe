import { child, isJson, type Json, listAt, parseJson } from '../form/json.ts';
import { assembleStreamedAnswer } from '../providers/assembled/assemble-streamed-answer.ts';

/** What a model wrote, as far as it can be seen. */
export interface AnswerTexts {
  readonly output: readonly string[];
  readonly reasoning: readonly string[];
  /** Of tools. */
  readonly calls: number;
}

/**
 * The texts in a provider's answer, whole or as far as it came: JSON, server-sent events or AWS frames, in any dialect,
 * cut anywhere. Never throws. Reasoning that a provider keeps to itself is not in it.
 */
export function readAnswerTexts(bytes: Uint8Array): AnswerTexts {
  const streamed = assembleStreamedAnswer(bytes);
  if (streamed) return textsOf(streamed);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const whole = parseJson(text);
  if (isJson(whole)) return textsOf(whole);
  if (Array.isArray(whole)) return joined(whole.filter(isJson).map(textsOf));
  return /^\s*[{[]/.test(text) ? textsOfPiece(text) : { output: [], reasoning: [], calls: 0 };
}

const joined = (all: readonly AnswerTexts[]): AnswerTexts => ({
  output: all.flatMap(({ output }) => output),
  reasoning: all.flatMap(({ reasoning }) => reasoning),
  calls: all.reduce((sum, { calls }) => sum + calls, 0),
});

class Texts implements AnswerTexts {
  readonly output: string[] = [];
  readonly reasoning: string[] = [];
  calls = 0;

  write(...values: readonly unknown[]): void {
    for (const value of values) if (isText(value)) this.output.push(value);
  }
  think(...values: readonly unknown[]): void {
    for (const value of values) if (isText(value)) this.reasoning.push(value);
  }
  call(name: unknown, input: unknown): void {
    if (typeof name !== 'string' && input === undefined) return;
    this.calls++;
    // Arguments that a provider sends as an object were written as its JSON.
    this.write(name, isJson(input) ? JSON.stringify(input) : input);
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function textsOf(answer: Json): AnswerTexts {
  const texts = new Texts();
  for (const choice of listAt(answer, 'choices').filter(isJson)) readChoice(choice, texts);
  for (const item of listAt(answer, 'output').filter(isJson)) readItem(item, texts);
  for (const block of listAt(answer, 'content').filter(isJson)) readBlock(block, texts);
  for (const candidate of listAt(answer, 'candidates').filter(isJson))
    for (const part of listAt(child(candidate, 'content'), 'parts').filter(isJson)) readPart(part, texts);
  const converse = child(child(answer, 'output'), 'message');
  for (const block of listAt(converse, 'content').filter(isJson)) readConverse(block, texts);
  readMessage(child(answer, 'message'), texts);
  // Workers AI, in its envelope and without; Llama and Titan on Bedrock; Cohere's first version
  const bare = child(answer, 'result') ?? answer;
  const said = bare.response;
  texts.write(
    isJson(said) ? JSON.stringify(said) : said,
    answer.generation,
    typeof answer.text === 'string' ? answer.text : null,
  );
  for (const call of listAt(bare, 'tool_calls').filter(isJson)) texts.call(call.name, call.arguments);
  for (const it of listAt(answer, 'results').filter(isJson)) texts.write(it.outputText);
  return texts;
}

function readChoice(choice: Json, texts: Texts): void {
  texts.write(choice.text);
  readMessage(child(choice, 'message') ?? child(choice, 'delta'), texts);
}

/** Of chat and of Cohere. */
function readMessage(message: Json | null, texts: Texts): void {
  if (message === null) return;
  texts.write(message.content, message.refusal, message.tool_plan);
  texts.think(message.reasoning_content ?? message.reasoning);
  for (const part of listAt(message, 'content').filter(isJson)) readBlock(part, texts);
  for (const call of listAt(message, 'tool_calls').filter(isJson)) readCall(call, texts);
  const old = child(message, 'function_call');
  texts.call(old?.name, old?.arguments);
}

function readCall(call: Json, texts: Texts): void {
  const called = child(call, 'function');
  texts.call(called?.name, called?.arguments);
}

/** A block of Anthropic's; a part of Mistral's and Cohere's. */
function readBlock(block: Json, texts: Texts): void {
  if (block.type === 'thinking') {
    texts.think(block.thinking);
    for (const part of listAt(block, 'thinking').filter(isJson)) texts.think(part.text);
  } else if (block.type === 'tool_use' || block.type === 'server_tool_use')
    texts.call(block.name, block.input);
  else texts.write(block.text);
}

function readItem(item: Json, texts: Texts): void {
  const isReasoning = item.type === 'reasoning';
  for (const part of [...listAt(item, 'content'), ...listAt(item, 'summary')].filter(isJson)) {
    if (isReasoning) texts.think(part.text);
    else texts.write(part.text, part.refusal);
  }
  texts.call(item.name, item.arguments ?? item.input);
}

function readPart(part: Json, texts: Texts): void {
  if (part.thought === true) texts.think(part.text);
  else texts.write(part.text);
  const call = child(part, 'functionCall');
  texts.call(call?.name, call?.args);
}

function readConverse(block: Json, texts: Texts): void {
  texts.write(block.text);
  texts.think(child(child(block, 'reasoningContent'), 'reasoningText')?.text);
  const call = child(block, 'toolUse');
  texts.call(call?.name, call?.input);
}

/** Members that hold what a model writes, in a body that broke off; its last value may have no end. */
const PIECE =
  /"(content|text|thinking|reasoning_content|reasoning|arguments|refusal|response|generation)"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)/gs;

const CUT_ESCAPE = /\\u[0-9a-f]{0,3}$/i;

function textsOfPiece(text: string): AnswerTexts {
  const texts = new Texts();
  for (const [, key = '', raw = ''] of text.matchAll(PIECE)) {
    const value = parseJson(`"${raw.replace(CUT_ESCAPE, '')}"`) ?? raw;
    if (/thinking|reasoning/.test(key)) texts.think(value);
    else texts.write(value);
  }
  return texts;
}
