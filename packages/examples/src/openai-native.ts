import OpenAI from 'openai';

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN, OPENAI_API_KEY } = process.env;

const client = new OpenAI({
  baseURL: `${WEIR_BASE_URL}/v1/${WEIR_ACCOUNT_ID}/default/openai`,
  apiKey: OPENAI_API_KEY,
  defaultHeaders: { 'cf-aig-authorization': `Bearer ${WEIR_API_TOKEN}` },
});
const question = {
  model: 'gpt-5-mini',
  messages: [{ role: 'user' as const, content: 'What does a weir do?' }],
};

const answer = await client.chat.completions.create(question);
console.log(answer.choices[0]?.message.content);

for await (const chunk of await client.chat.completions.create({ ...question, stream: true })) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? '');
}
