import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;
const gateway = `${WEIR_BASE_URL}/v1/${WEIR_ACCOUNT_ID}/default`;
const question = 'What does a weir do?';

const openai = new OpenAI({ baseURL: `${gateway}/openai`, apiKey: WEIR_API_TOKEN });
const chat = await openai.chat.completions.create({
  model: 'gpt-5-mini',
  messages: [{ role: 'user', content: question }],
});
console.log(chat.choices[0]?.message.content);

const anthropic = new Anthropic({ baseURL: `${gateway}/anthropic`, apiKey: WEIR_API_TOKEN });
const message = await anthropic.messages.create({
  model: 'claude-haiku-4-5',
  max_tokens: 256,
  messages: [{ role: 'user', content: question }],
});
for (const block of message.content) if (block.type === 'text') console.log(block.text);

const google = new GoogleGenAI({
  apiKey: `${WEIR_API_TOKEN}`,
  httpOptions: { baseUrl: `${gateway}/google-ai-studio` },
});
const content = await google.models.generateContent({ model: 'gemini-2.5-flash', contents: question });
console.log(content.text);
