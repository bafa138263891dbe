import { type CatalogueModel, prefixOf } from './model.ts';

const REGION = /^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}\//;
const ARN = /^arn:aws[a-z-]*:bedrock:.*?\//;
const GEOGRAPHY = /^(?:us-gov|us|eu|apac|jp|au|ca|global)\./;
const DATE = /-(?:\d{8}|\d{4}-\d{2}-\d{2})(?=$|-v\d)/;
const VERSION = /-v\d+(?::\d+)*$/;

/** A name as it is looked for, in full and without its date. */
export function nameOf(name: string): { readonly whole: string; readonly undated: string } {
  const lower = name.toLowerCase();
  // `workers-ai/@cf/…`
  const cloudflare = lower.indexOf('@cf/');
  const plain = cloudflare === -1 ? bedrockName(lower) : lower.slice(cloudflare);
  return { whole: plain, undated: plain.replace(DATE, '') };
}

/** `aws-bedrock/eu-west-1/eu.anthropic.claude-…` → `aws-bedrock/anthropic.claude-…` */
function bedrockName(name: string): string {
  const prefix = name.startsWith('aws-bedrock/') ? 'aws-bedrock/' : '';
  const rest = name.slice(prefix.length);
  const bare = rest.replace(REGION, '').replace(ARN, '').replace(GEOGRAPHY, '');
  return bare === rest ? name : `${prefix || 'aws-bedrock/'}${bare}`;
}

/** All names that a model of the catalogue goes by. */
export function modelKeys({ id, provider, model }: CatalogueModel): string[] {
  if (provider === 'workers-ai') return [model.toLowerCase()];
  const names = [id, `${provider}/${model}`, `${prefixOf(provider)}/${model}`];
  if (provider === 'aws-bedrock') names.push(`${provider}/${model.replace(GEOGRAPHY, '')}`);
  // `openai/gpt-oss-120b` at Groq is no name of OpenAI's.
  else if (!model.includes('/')) names.push(model);
  const lower = names.map((name) => name.toLowerCase());
  return [...new Set([...lower, ...lower.map((name) => name.replace(DATE, ''))])];
}

/** Models whose name at one provider says more, or something else, than elsewhere. */
const SAME_AS: ReadonlyMap<string, string> = new Map([
  ['llama-3-3-70b-instruct-fp8-fast', 'llama-3-3-70b-instruct'],
  ['llama-3-3-70b-versatile', 'llama-3-3-70b-instruct'],
  ['llama-3-1-8b-instruct-fp8', 'llama-3-1-8b-instruct'],
  ['llama-3-1-8b-instant', 'llama-3-1-8b-instruct'],
  ['llama-4-scout-17b-16e-instruct', 'llama-4-scout'],
  ['qwen3-30b-a3b-fp8', 'qwen3-30b-a3b'],
  ['nemotron-3-120b-a12b', 'nemotron-3-super-120b-a12b'],
  ['zai-glm-4-7', 'glm-4-7'],
  ['claude-sonnet-4-0', 'claude-sonnet-4'],
  ['claude-opus-4-0', 'claude-opus-4'],
]);

/**
 * What a model is called everywhere: without its author, its date, its version of the wire and its spelling of points.
 * `anthropic/claude-sonnet-4.5` and `us.anthropic.claude-sonnet-4-5-20250929-v1:0` are one.
 */
export function commonName(model: string): string {
  const last = model.toLowerCase().split('/').at(-1) ?? model;
  const bare = last
    .replace(GEOGRAPHY, '')
    .replace(/^(?:anthropic|amazon|cohere|meta|mistral|openai|deepseek|qwen|moonshotai)\./, '')
    .replace(/:free$/, '')
    .replace(VERSION, '')
    .replace(DATE, '')
    .replaceAll('.', '-');
  return SAME_AS.get(bare) ?? bare;
}
