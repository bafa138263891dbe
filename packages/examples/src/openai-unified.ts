import OpenAI from 'openai';

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;

const client = new OpenAI({
  baseURL: `${WEIR_BASE_URL}/client/v4/accounts/${WEIR_ACCOUNT_ID}/ai/v1`,
  apiKey: WEIR_API_TOKEN,
});
const question = {
  model: 'demo/any-model',
  messages: [{ role: 'user' as const, content: 'What does a weir do?' }],
};

const answer = await client.chat.completions.create(question);
console.log(answer.choices[0]?.message.content);

for await (const chunk of await client.chat.completions.create({ ...question, stream: true })) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? '');
}
