import { GoogleGenAI } from '@google/genai';

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN, GEMINI_API_KEY } = process.env;

const client = new GoogleGenAI({
  apiKey: `${GEMINI_API_KEY}`,
  httpOptions: {
    baseUrl: `${WEIR_BASE_URL}/v1/${WEIR_ACCOUNT_ID}/default/google-ai-studio`,
    headers: { 'cf-aig-authorization': `Bearer ${WEIR_API_TOKEN}` },
  },
});
const question = { model: 'gemini-2.5-flash', contents: 'What does a weir do?' };

const answer = await client.models.generateContent(question);
console.log(answer.text);

for await (const chunk of await client.models.generateContentStream(question)) {
  process.stdout.write(chunk.text ?? '');
}
