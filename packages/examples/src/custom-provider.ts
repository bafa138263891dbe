import { setTimeout as sleep } from 'node:timers/promises';
import Cloudflare from 'cloudflare';
import OpenAI from 'openai';

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN, MODELS_URL, MODELS_KEY } = process.env;

const manager = new Cloudflare({ baseURL: `${WEIR_BASE_URL}/client/v4`, apiToken: `${WEIR_API_TOKEN}` });
const provider = await manager.aiGateway.customProviders.create({
  account_id: `${WEIR_ACCOUNT_ID}`,
  name: 'In-house models',
  slug: 'in-house',
  base_url: `${MODELS_URL}`,
  headers: JSON.stringify({ 'x-team': 'search' }),
  enable: true,
});
console.log(`${provider.name}: custom-${provider.slug}`);

// A change is known everywhere within five seconds.
await sleep(5_000);

const client = new OpenAI({
  baseURL: `${WEIR_BASE_URL}/v1/${WEIR_ACCOUNT_ID}/default/compat`,
  apiKey: MODELS_KEY,
  defaultHeaders: { 'cf-aig-authorization': `Bearer ${WEIR_API_TOKEN}` },
});
const answer = await client.chat.completions.create({
  model: 'custom-in-house/llama-3.3-70b',
  messages: [{ role: 'user', content: 'What does a weir do?' }],
});
console.log(answer.choices[0]?.message.content);
