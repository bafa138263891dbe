import OpenAI from 'openai';

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;

const client = new OpenAI({
  baseURL: `${WEIR_BASE_URL}/client/v4/accounts/${WEIR_ACCOUNT_ID}/ai/v1`,
  apiKey: WEIR_API_TOKEN,
});
const question = { model: 'demo/any-model', input: 'What does a weir do?' };

const answer = await client.responses.create(question);
console.log(answer.output_text);

for await (const event of client.responses.stream(question)) {
  if (event.type === 'response.output_text.delta') process.stdout.write(event.delta);
}
